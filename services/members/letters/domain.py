"""What a letter is: a kind, somebody to get it, few facts, and an end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.members.domain import Language

# A notice is of use for a day, a code as long as it may be typed.
NOTICE_LASTS = timedelta(days=1)


class Channel(StrEnum):
    """How a letter goes."""

    SMS = "sms"
    EMAIL = "email"


class Kind(StrEnum):
    """What a letter is about; notifications has a text of each in every language."""

    SIGN_UP_CODE = "sign_up_code"
    ACCOUNT_EXISTS = "account_exists"  # to a number that wants to sign up and is a member's
    EMAIL_CODE = "email_code"
    EMAIL_TAKEN = "email_taken"  # to an e-mail that wants to sign up and is a member's
    SIGN_IN_CODE = "sign_in_code"
    SIGNED_IN = "signed_in"
    RECOVERY_CODE = "recovery_code"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a kind of letter
    CHANGE_CODE = "change_code"  # to both ends of a change of number or e-mail
    PHONE_CHANGED = "phone_changed"  # to the old end, as the next
    EMAIL_CHANGED = "email_changed"
    ERASURE_CODE = "erasure_code"
    ERASED = "erased"
    NUMBER_CLAIMED = "number_claimed"  # by a new owner


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter; `about` names what it belongs to, so that a newer one takes its place."""

    letter_id: UUID
    kind: Kind
    channel: Channel
    to: str
    language: Language
    ends_at: datetime
    facts: Mapping[str, str] = field(default_factory=dict)
    about: str | None = None
    member_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What sending a letter needs."""

    to: str
    facts: Mapping[str, str]


class UnknownLetter(LookupError):
    """The letter is over, replaced, or was never written."""

    code = "unknown_letter"

    def __init__(self, letter_id: UUID) -> None:
        super().__init__(f"There is no letter {letter_id} to send.")
