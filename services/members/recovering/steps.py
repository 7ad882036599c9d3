"""The steps of a recovery: each looks up its move in the table, and is one transaction."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection

from services.members import store as members
from services.members.codes import asking
from services.members.codes.asking import Post, Question
from services.members.codes.domain import CodeOver, Purpose, WrongCode
from services.members.domain import Language, Member, Status
from services.members.entering import devices, ending
from services.members.entering.devices import Door
from services.members.entering.domain import Browser, Entry
from services.members.handlers import MemberBlocked
from services.members.letters.domain import NOTICE_LASTS, Channel, Kind, Letter
from services.members.letters.writing import Letters
from services.members.passwords import store as passwords
from services.members.recovering import store
from services.members.recovering.domain import (
    RECOVERY_LASTS,
    Act,
    Recovery,
    State,
    WrongRecoveryStep,
    after,
)


def begin(  # noqa: PLR0913 - whose number, for whom, and when
    connection: Connection,
    *,
    phone: str,
    language: Language,
    address: str,
    post: Post,
    now: datetime,
) -> Recovery:
    """Begin with a number, which is sent a code if it is a member's."""
    member = members.find_by_phone(connection, phone)
    recovery = Recovery(
        uuid4(),
        State.PHONE_CODE,
        phone,
        language if member is None else member.language,
        None if member is None else member.member_id,
        now + RECOVERY_LASTS,
    )
    store.add(connection, recovery, now)
    _send(connection, recovery, address, post, now)
    return recovery


def send_again(  # noqa: PLR0913 - whose recovery, for whom, and when
    connection: Connection,
    recovery_id: UUID,
    state: State,
    *,
    address: str,
    post: Post,
    now: datetime,
) -> Recovery:
    """Send another code for what is being proved; raises as asking.ask does."""
    recovery = store.find(connection, recovery_id, now, lock=True)
    if recovery.state is not state:
        raise WrongRecoveryStep(recovery.state)
    _send(connection, recovery, address, post, now)
    return recovery


def prove(  # noqa: PLR0913 - whose recovery, what was typed, and when
    connection: Connection,
    recovery_id: UUID,
    state: State,
    *,
    typed: str,
    address: str,
    post: Post,
    now: datetime,
) -> Recovery | WrongCode:
    """Take the code of the number or of the e-mail; raises WrongRecoveryStep, CodeOver."""
    recovery = store.find(connection, recovery_id, now, lock=True)
    if recovery.state is not state:
        raise WrongRecoveryStep(recovery.state)
    refusal = asking.try_code(
        connection, recovery_id, _purpose(recovery), typed, codes=post.codes, now=now
    )
    if refusal is not None:
        return refusal
    has_email = _owner(connection, recovery).standing.email_linked_at is not None
    act = _act_of(state, has_email=has_email)
    moved = replace(recovery, state=after(state, act))
    store.move(connection, recovery_id, moved.state)
    if moved.state is State.EMAIL_CODE:
        _send(connection, moved, address, post, now)
    return moved


def set_password(  # noqa: PLR0913 - whose recovery, which password, with what
    connection: Connection,
    recovery_id: UUID,
    *,
    password_hash: str,
    browser: Browser,
    door: Door,
    now: datetime,
) -> Entry:
    """Set the new password, sign every other device out, and let this one in."""
    recovery = store.find(connection, recovery_id, now, lock=True)
    store.move(connection, recovery_id, after(recovery.state, Act.SET_PASSWORD))
    member = _owner(connection, recovery, lock=True)
    if member.status is not Status.ACTIVE:
        raise MemberBlocked(member.member_id)
    passwords.put(connection, member.member_id, password_hash, now)
    ending.end_all(connection, member.member_id, now)
    tell_of_password(connection, member, door.letters, now)
    new = replace(browser, device_id=None, device_secret=None)
    return devices.make_device(connection, member.member_id, new, door, now)


def tell_of_password(
    connection: Connection, member: Member, letters: Letters, now: datetime
) -> None:
    """Tell a member by SMS that his password was changed."""
    notice = Letter(
        uuid4(),
        Kind.PASSWORD_CHANGED,
        Channel.SMS,
        member.number,
        member.language,
        now + NOTICE_LASTS,
        member_id=member.member_id,
    )
    letters.write(connection, notice, now)


def _act_of(state: State, *, has_email: bool = False) -> Act:
    if state is State.EMAIL_CODE:
        return Act.PROVE_EMAIL
    return Act.PROVE_PHONE_WITH_EMAIL if has_email else Act.PROVE_PHONE_ALONE


def _purpose(recovery: Recovery) -> Purpose:
    is_email = recovery.state is State.EMAIL_CODE
    return Purpose.RECOVERY_EMAIL if is_email else Purpose.RECOVERY_PHONE


def _send(
    connection: Connection, recovery: Recovery, address: str, post: Post, now: datetime
) -> None:
    is_email = recovery.state is State.EMAIL_CODE
    to = (_owner(connection, recovery).email or "") if is_email else recovery.phone
    question = Question(
        recovery.recovery_id,
        _purpose(recovery),
        Channel.EMAIL if is_email else Channel.SMS,
        to,
        recovery.language,
        address,
        kind=None if recovery.member_id is None else Kind.RECOVERY_CODE,
        member_id=recovery.member_id,
    )
    asking.ask(connection, question, post, now)


def _owner(connection: Connection, recovery: Recovery, *, lock: bool = False) -> Member:
    assert recovery.member_id is not None  # nobody's code fits nothing
    member = members.find(connection, recovery.member_id, lock=lock)
    # While the code was on its way the number went to somebody else, or its member away.
    if member.phone != recovery.phone:
        raise CodeOver
    return member
