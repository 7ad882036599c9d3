"""What a code is, and why one is refused."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

CODE_LASTS = timedelta(minutes=5)
PAUSE_BETWEEN_CODES = timedelta(seconds=60)
MOST_TRIES = 5


class Purpose(StrEnum):
    """What a code proves; a code of one purpose is none of another."""

    SIGN_UP_PHONE = "sign_up_phone"
    SIGN_UP_EMAIL = "sign_up_email"
    SIGN_IN = "sign_in"
    RECOVERY_PHONE = "recovery_phone"
    RECOVERY_EMAIL = "recovery_email"
    CHANGE_OLD = "change_old"
    CHANGE_NEW = "change_new"
    ERASURE = "erasure"


@dataclass(frozen=True, slots=True)
class Code:
    """The last code of a subject and a purpose; `number` counts those before it."""

    subject: UUID
    purpose: Purpose
    number: int
    code_sealed: str | None
    tries_left: int
    asked_at: datetime
    ends_at: datetime
    used_at: datetime | None = None
    sending: int | None = None

    @property
    def again_at(self) -> datetime:
        """Answer from when on another one may be sent."""
        return self.asked_at + PAUSE_BETWEEN_CODES

    def counts_at(self, now: datetime) -> bool:
        """Tell whether it may be typed: not used, not guessed at too often, not over."""
        return self.used_at is None and self.tries_left > 0 and now < self.ends_at


class WrongCode(ValueError):
    """The digits are not those that were sent."""

    code = "wrong_code"
    field = "code"

    def __init__(self, tries_left: int) -> None:
        self.more = {"tries_left": tries_left}
        super().__init__(f"code: this is not the code that was sent; tries left: {tries_left}.")


class CodeOver(ValueError):
    """The code was used, is older than it may be, or was guessed at too often."""

    code = "code_over"
    field = "code"

    def __init__(self) -> None:
        super().__init__("code: this code counts no longer; ask for another one.")


class CodeSentJustNow(Exception):
    """The last one may still be on its way."""

    code = "code_sent_just_now"

    def __init__(self, wait: timedelta) -> None:
        self.retry_after_seconds = max(1, round(wait.total_seconds()))
        super().__init__(
            f"A code is on its way; another one is sent in {self.retry_after_seconds} seconds."
        )


class TooManyCodes(Exception):
    """So many codes were sent, to one recipient or for one visitor, that no more are for a while.

    Which limit it was stays unsaid: who counts what would help only those who pump.
    """

    code = "too_many_codes"

    def __init__(self, window: timedelta) -> None:
        self.retry_after_seconds = int(window.total_seconds())
        hours = self.retry_after_seconds // 3600
        when = "in an hour" if hours == 1 else "tomorrow"
        super().__init__(f"Too many codes were asked for: try again {when}.")
