"""A code is asked for, and typed back.

A wrong code costs a try even though the request is refused: so `try_code` answers the refusal, and
its caller raises it after the commit.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection

from services.members.codes import pumping, store
from services.members.codes.domain import (
    CODE_LASTS,
    MOST_TRIES,
    PAUSE_BETWEEN_CODES,
    Code,
    CodeOver,
    CodeSentJustNow,
    Purpose,
    TooManyCodes,
    WrongCode,
)
from services.members.codes.limits import limit_reached, prefix_of
from services.members.codes.sealing import Codes
from services.members.domain import Language
from services.members.letters import store as letters_store
from services.members.letters.domain import Channel, Kind, Letter
from services.members.letters.writing import Letters


@dataclass(frozen=True, slots=True)
class Question:
    """Who is to prove what. `kind`: the letter that carries the code; None sends nothing.

    `instead`: a letter that tells something else in its place: the code then fits nothing typed.
    """

    subject: UUID
    purpose: Purpose
    channel: Channel
    recipient: str
    language: Language
    visitor_address: str
    kind: Kind | None
    instead: Kind | None = None
    member_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """What sending codes needs, made once per process."""

    codes: Codes
    letters: Letters


def ask(connection: Connection, question: Question, post: Post, now: datetime) -> Code:
    """Send a code in the place of the last one; raises CodeSentJustNow, TooManyCodes.

    It answers, and counts, alike for whom it writes to and whom it does not.
    """
    sending = _count(connection, question, post.codes.digest(question.recipient), now)
    before = store.lock(connection, question.subject, question.purpose)
    number = 1 if before is None else before.number + 1
    is_real = question.kind is not None and question.instead is None
    digits = post.codes.new() if is_real else None
    code = Code(
        question.subject,
        question.purpose,
        number,
        post.codes.seal(digits, question.subject, question.purpose, number),
        MOST_TRIES,
        now,
        now + CODE_LASTS,
        sending=sending,
    )
    store.put(connection, code)
    letter = Letter(
        uuid4(),
        question.instead or question.kind or Kind.SIGN_IN_CODE,
        question.channel,
        question.recipient,
        question.language,
        code.ends_at,
        {} if digits is None else {"code": digits},
        about=_about(question.subject, question.purpose),
        member_id=question.member_id,
    )
    is_sent = question.instead is not None or question.kind is not None
    (post.letters.write if is_sent else post.letters.keep_unsaid)(connection, letter, now)
    return code


def try_code(  # noqa: PLR0913 - whose code, what was typed, and when
    connection: Connection,
    subject: UUID,
    purpose: Purpose,
    typed: str,
    *,
    codes: Codes,
    now: datetime,
) -> WrongCode | None:
    """Use a code up if it is the one; raises CodeOver. Answers the refusal that cost a try."""
    kept = store.lock(connection, subject, purpose)
    if kept is None or not kept.counts_at(now):
        raise CodeOver
    if not codes.fits(typed, kept):
        store.use_try(connection, kept)
        return WrongCode(kept.tries_left - 1)
    store.use(connection, kept, now)
    letters_store.forget(connection, _about(subject, purpose))
    return None


def forget(connection: Connection, subject: UUID, purpose: Purpose) -> None:
    """Let a code that was sent prove nothing any more."""
    store.forget(connection, subject, purpose)
    letters_store.forget(connection, _about(subject, purpose))


def _count(connection: Connection, question: Question, recipient: bytes, now: datetime) -> int:
    address = question.visitor_address
    is_sms = question.channel is Channel.SMS
    prefix = prefix_of(question.recipient) if is_sms else None
    store.one_at_a_time(connection, recipient, address)
    last = store.last_sent_to(connection, recipient)
    if last is not None and now < last + PAUSE_BETWEEN_CODES:
        raise CodeSentJustNow(last + PAUSE_BETWEEN_CODES - now)
    counts = store.count_sendings(connection, recipient, address, prefix, now)
    limit = limit_reached(counts, prefix)
    if limit is not None:
        raise TooManyCodes(limit.window)
    # A number that gets no SMS costs nothing, and its country is not charged with it; but where the
    # country's limit is reached it is refused alike, or the refusal would tell whose number it is.
    charged = prefix if (question.instead or question.kind) is not None else None
    if charged is not None:
        pumping.watch(connection, charged, now)
    return store.add_sending(connection, recipient, address, charged, now)


def _about(subject: UUID, purpose: Purpose) -> str:
    return f"{purpose.value} of {subject}"
