"""What a relative is to the programme: a number that may be topped up once its owner agreed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

MOST_RELATIVES = 5
MOST_TRIES = 5
CODE_LASTS = timedelta(minutes=10)
PAUSE_BETWEEN_QUESTIONS = timedelta(seconds=60)
# Over all members: nobody's phone is to ring all day because of what others type.
MOST_QUESTIONS_TO_NUMBER = 5
MOST_QUESTIONS_OF_MEMBER = 10
QUESTIONS_COUNT_FOR = timedelta(days=1)
_SHOWN_DIGITS = 4


class State(StrEnum):
    """Whether the owner of the number agreed; only a consented number is ever topped up."""

    ASKED = "asked"
    CONSENTED = "consented"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Relative:
    """A relative of a member. `question`: how many SMS asked him; each has a code of its own.

    `phone` is None once the consent is withdrawn, `code_sealed` once nothing is asked any more.
    """

    relative_id: UUID
    member_id: UUID
    phone: str | None
    label: str
    state: State
    version: int
    question: int
    code_sealed: str | None
    tries_left: int
    asked_at: datetime
    ends_at: datetime
    consented_at: datetime | None = None
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What the one SMS needs; `asked_by`: the last digits of the number of the member who asks."""

    phone: str
    code: str
    asked_by: str


class OwnNumber(ValueError):
    """A member's own number is topped up without asking anybody."""

    code = "own_number"
    field = "phone"

    def __init__(self) -> None:
        super().__init__("phone: this is your own number; a top_up goal without a relative is it.")


class RelativeKnown(ValueError):
    """The member has named this number before."""

    code = "relative_known"
    field = "phone"

    def __init__(self) -> None:
        super().__init__("phone: you have named this number already.")


class TooManyRelatives(ValueError):
    """A member has as many relatives as he may have."""

    code = "too_many_relatives"

    def __init__(self) -> None:
        super().__init__(f"You may name {MOST_RELATIVES} relatives; remove one first.")


class TooManyQuestions(Exception):
    """The number was asked, or the member has asked, often enough for a day."""

    code = "too_many_questions"
    field = "phone"
    retry_after_seconds = int(QUESTIONS_COUNT_FOR.total_seconds())

    def __init__(self) -> None:
        super().__init__(
            f"phone: a number is asked {MOST_QUESTIONS_TO_NUMBER} times a day at most, and you may"
            f" ask {MOST_QUESTIONS_OF_MEMBER} times: try again tomorrow."
        )


class AskedJustNow(Exception):
    """The SMS may still be on its way."""

    code = "asked_just_now"

    def __init__(self, wait: timedelta) -> None:
        self.retry_after_seconds = max(1, round(wait.total_seconds()))
        super().__init__(f"The SMS is on its way; ask again in {self.retry_after_seconds} seconds.")


class UnknownRelative(LookupError):
    """The relative is none of this member's."""

    code = "unknown_relative"

    def __init__(self, relative_id: UUID) -> None:
        super().__init__(f"There is no relative {relative_id}.")


class NotAsked(ValueError):
    """The relative has answered: there is no open question."""

    code = "not_asked"

    def __init__(self, state: State) -> None:
        super().__init__(f"The relative is {state.value}; there is no open question to him.")


class WrongCode(ValueError):
    """The code is not the one that the relative got."""

    code = "wrong_code"
    field = "code"

    def __init__(self, tries_left: int) -> None:
        self.more = {"tries_left": tries_left}
        super().__init__(f"code: this is not the code of the SMS; tries left: {tries_left}.")


class CodeOver(ValueError):
    """The code is older than it may be, or was guessed at too often."""

    code = "code_over"
    field = "code"

    def __init__(self) -> None:
        super().__init__("code: this code counts no longer; ask again to send another one.")


def last_digits(phone: str) -> str:
    """Answer as much of a number as tells its owner's friends who he is, and strangers nothing."""
    return phone[-_SHOWN_DIGITS:]
