"""Sign-in by a code alone. A number that is nobody's is answered alike, and gets no SMS.

A number proves its member as long as he comes now and then. After a year without him it may be of
another owner (joining/owners.py): it takes the password, or number and e-mail together.
"""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection

from services.members import store as members
from services.members.codes import asking
from services.members.codes.asking import Post, Question
from services.members.codes.domain import Code, CodeOver, Purpose, WrongCode
from services.members.domain import Language, Member, Status
from services.members.entering import store
from services.members.entering.devices import Door, let_in
from services.members.entering.domain import (
    SIGN_IN_LASTS,
    AwayTooLong,
    Browser,
    Entry,
    SignIn,
)
from services.members.joining import owners
from services.members.joining.owners import Standing
from services.members.letters.domain import Channel, Kind
from services.members.passwords.guesses import Guesses


def begin(  # noqa: PLR0913 - whose number, for whom, and when
    connection: Connection,
    *,
    phone: str,
    language: Language,
    address: str,
    post: Post,
    now: datetime,
) -> tuple[SignIn, Code]:
    """Send a code to a member's number; raises CodeSentJustNow, TooManyCodes."""
    member = members.find_by_phone(connection, phone)
    sign_in = SignIn(
        uuid4(),
        phone,
        language if member is None else member.language,
        None if member is None else member.member_id,
        now + SIGN_IN_LASTS,
    )
    store.add_sign_in(connection, sign_in, now)
    return sign_in, _ask(connection, sign_in, address, post, now)


def again(
    connection: Connection, sign_in_id: UUID, address: str, post: Post, now: datetime
) -> tuple[SignIn, Code]:
    """Send another code; raises UnknownSignIn, CodeSentJustNow, TooManyCodes."""
    sign_in = store.lock_sign_in(connection, sign_in_id, now)
    return sign_in, _ask(connection, sign_in, address, post, now)


def finish(  # noqa: PLR0913 - whose sign-in, what was typed, and with what
    connection: Connection,
    sign_in_id: UUID,
    *,
    typed: str,
    browser: Browser,
    post: Post,
    door: Door,
    guesses: Guesses,
    now: datetime,
) -> Entry | WrongCode | AwayTooLong:
    """Take the code; raises UnknownSignIn, CodeOver, MemberBlocked."""
    sign_in = store.lock_sign_in(connection, sign_in_id, now)
    refusal = asking.try_code(
        connection, sign_in_id, Purpose.SIGN_IN, typed, codes=post.codes, now=now
    )
    if refusal is not None:
        return refusal
    member = _owner(connection, sign_in)
    if _may_be_anothers(connection, member, now):
        return AwayTooLong()
    guesses.unlock(connection, sign_in.phone)
    return let_in(connection, member, browser, door, now)


def _ask(connection: Connection, sign_in: SignIn, address: str, post: Post, now: datetime) -> Code:
    question = Question(
        sign_in.sign_in_id,
        Purpose.SIGN_IN,
        Channel.SMS,
        sign_in.phone,
        sign_in.language,
        address,
        kind=None if sign_in.member_id is None else Kind.SIGN_IN_CODE,
        member_id=sign_in.member_id,
    )
    return asking.ask(connection, question, post, now)


def _may_be_anothers(connection: Connection, member: Member, now: datetime) -> bool:
    # Who has no proved e-mail could come in by nothing else.
    if member.standing.email_linked_at is None:
        return False
    owner = owners.owner_of(connection, member.number, now)
    return owner is not None and owner.standing is not Standing.IN_USE


def _owner(connection: Connection, sign_in: SignIn) -> Member:
    assert sign_in.member_id is not None  # nobody's code fits nothing
    member = members.find(connection, sign_in.member_id, lock=True)
    # While the code was on its way the number went to somebody else, or its member away.
    if member.status is Status.ERASED or member.phone != sign_in.phone:
        raise CodeOver
    return member
