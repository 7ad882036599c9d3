"""What happens to relatives: asked by SMS, consented by its code, withdrawn; one event a change.

A wrong code costs a try even though the request is refused: so `consent` answers the refusal, and
its caller raises it after the commit.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection

from services.members import store as members
from services.members.domain import Member, Status
from services.members.events import relative_changed
from services.members.handlers import MemberBlocked
from services.members.relatives import store
from services.members.relatives.codes import Codes
from services.members.relatives.domain import (
    CODE_LASTS,
    MOST_QUESTIONS_OF_MEMBER,
    MOST_QUESTIONS_TO_NUMBER,
    MOST_RELATIVES,
    MOST_TRIES,
    PAUSE_BETWEEN_QUESTIONS,
    QUESTIONS_COUNT_FOR,
    AskedJustNow,
    CodeOver,
    NotAsked,
    OwnNumber,
    Question,
    Relative,
    RelativeKnown,
    State,
    TooManyQuestions,
    TooManyRelatives,
    UnknownRelative,
    WrongCode,
    last_digits,
)
from shared import event_log

BY_MEMBER = "member"


def check(connection: Connection, member_id: UUID, phone: str, now: datetime) -> None:
    """See that a member may ask a number; only one of his requests at a time comes past this.

    Raises UnknownMember, MemberBlocked, OwnNumber, RelativeKnown, TooManyRelatives,
    TooManyQuestions.
    """
    if _lock_active(connection, member_id).phone == phone:
        raise OwnNumber
    known = [one.phone for one in store.of_member(connection, member_id) if one.phone]
    if phone in known:
        raise RelativeKnown
    if len(known) >= MOST_RELATIVES:
        raise TooManyRelatives
    _check_questions(connection, member_id, phone, now)


def ask(  # noqa: PLR0913 - whom to ask, for whom, and when
    connection: Connection,
    member_id: UUID,
    *,
    phone: str,
    label: str,
    codes: Codes,
    now: datetime,
) -> Relative:
    """Keep a relative and have him asked; raises as `check` does."""
    check(connection, member_id, phone, now)
    relative_id = uuid4()
    relative = Relative(
        relative_id,
        member_id,
        phone,
        label,
        State.ASKED,
        version=1,
        question=1,
        code_sealed=codes.new(relative_id, 1),
        tries_left=MOST_TRIES,
        asked_at=now,
        ends_at=now + CODE_LASTS,
    )
    if not store.add(connection, relative):
        raise RelativeKnown
    _count_question(connection, member_id, phone, now)
    return _say(connection, relative, now)


def ask_again(
    connection: Connection, member_id: UUID, relative_id: UUID, codes: Codes, now: datetime
) -> Relative:
    """Send another code in place of the last one.

    Raises UnknownMember, MemberBlocked, UnknownRelative, NotAsked, AskedJustNow, TooManyQuestions.
    """
    _lock_active(connection, member_id)
    relative = store.lock(connection, relative_id, member_id)
    if relative.state is not State.ASKED or relative.phone is None:
        raise NotAsked(relative.state)
    wait = relative.asked_at + PAUSE_BETWEEN_QUESTIONS - now
    if wait.total_seconds() > 0:
        raise AskedJustNow(wait)
    _check_questions(connection, member_id, relative.phone, now)
    _count_question(connection, member_id, relative.phone, now)
    number = relative.question + 1
    asked = replace(
        relative,
        question=number,
        code_sealed=codes.new(relative_id, number),
        tries_left=MOST_TRIES,
        asked_at=now,
        ends_at=now + CODE_LASTS,
    )
    return _say(connection, store.ask_again(connection, asked), now)


def consent(  # noqa: PLR0913 - whose relative, what was typed, and when
    connection: Connection,
    member_id: UUID,
    relative_id: UUID,
    *,
    typed: str,
    codes: Codes,
    now: datetime,
) -> Relative | WrongCode:
    """Take the code that a relative told his member; harmless to repeat.

    Raises UnknownRelative, NotAsked, CodeOver.
    """
    relative = store.lock(connection, relative_id, member_id)
    if relative.state is State.CONSENTED:
        return relative
    if relative.code_sealed is None:
        raise NotAsked(relative.state)
    if now >= relative.ends_at or relative.tries_left == 0:
        raise CodeOver
    if codes.fits(typed, relative_id, relative.question, relative.code_sealed):
        return _say(connection, store.consent(connection, relative_id, now), now)
    store.use_try(connection, relative_id)
    return WrongCode(relative.tries_left - 1)


def remove(connection: Connection, member_id: UUID, relative_id: UUID, now: datetime) -> None:
    """Take a relative off a member's list, and forget his number; raises UnknownRelative."""
    relative = store.lock(connection, relative_id, member_id)
    _withdraw(connection, relative, by=BY_MEMBER, because=None, now=now)
    store.remove(connection, relative_id, now)


def withdraw(
    connection: Connection, relative_id: UUID, *, reason: str, clerk: str, now: datetime
) -> Relative:
    """Withdraw a consent for a relative who asks a clerk to; harmless to repeat.

    Raises UnknownRelative.
    """
    relative = store.lock(connection, relative_id)
    return _withdraw(connection, relative, by=clerk, because=reason, now=now)


def question(
    connection: Connection, relative_id: UUID, number: int, codes: Codes, now: datetime
) -> Question:
    """Answer what the SMS of a question needs, while it is open; raises UnknownRelative."""
    relative = store.find(connection, relative_id)
    is_open = relative.question == number and now < relative.ends_at
    if not is_open or relative.phone is None or relative.code_sealed is None:
        raise UnknownRelative(relative_id)
    asked_by = members.find(connection, relative.member_id).phone
    if asked_by is None:  # lost to another owner of the number
        raise UnknownRelative(relative_id)
    code = codes.open(relative_id, number, relative.code_sealed)
    return Question(relative.phone, code, last_digits(asked_by))


def _withdraw(
    connection: Connection, relative: Relative, *, by: str, because: str | None, now: datetime
) -> Relative:
    if relative.state is State.WITHDRAWN:
        return relative
    withdrawn = store.withdraw(connection, relative.relative_id, by=by, because=because, now=now)
    return _say(connection, withdrawn, now)


def _lock_active(connection: Connection, member_id: UUID) -> Member:
    member = members.find(connection, member_id, lock=True)
    if member.status is not Status.ACTIVE:
        raise MemberBlocked(member_id)
    return member


def _check_questions(connection: Connection, member_id: UUID, phone: str, now: datetime) -> None:
    since = now - QUESTIONS_COUNT_FOR
    to_number, of_member = store.count_questions(connection, member_id, phone, since)
    if to_number >= MOST_QUESTIONS_TO_NUMBER or of_member >= MOST_QUESTIONS_OF_MEMBER:
        raise TooManyQuestions


def _count_question(connection: Connection, member_id: UUID, phone: str, now: datetime) -> None:
    store.add_question(connection, member_id, phone, now, now - QUESTIONS_COUNT_FOR)


def _say(connection: Connection, relative: Relative, now: datetime) -> Relative:
    event_log.add(connection, [relative_changed(relative, now)])
    return relative
