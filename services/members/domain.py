"""What a member is: a phone of any operator as its name, a language, and one of three statuses."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

SIGN_IN_LINK_LASTS = timedelta(minutes=10)
_HOME_REGION = "RU"
# The library would also read vanity letters and extensions: nobody's mobile number has them.
_WRITTEN = re.compile(r"\+?[0-9() .-]{7,24}", re.ASCII)
_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


class Status(StrEnum):
    """What a member may do: a blocked one is neither paid nor signed in."""

    ACTIVE = "active"
    BLOCKED = "blocked"
    ERASED = "erased"


class Language(StrEnum):
    """In which language a member is written to."""

    RUSSIAN = "ru"
    ENGLISH = "en"
    UKRAINIAN = "uk"
    SWEDISH = "sv"


class InvalidPhone(ValueError):
    """The text is no mobile number that an SMS could reach."""

    code = "invalid_phone"
    field = "phone"

    def __init__(self) -> None:
        """Say what is expected; the text itself is left out, it may be somebody's number."""
        super().__init__("Give a mobile number with its country code, such as +79261234567.")


@dataclass(frozen=True, slots=True)
class Standing:
    """What the programme thanks a member for, or his inviter; clerks note it.

    `email_linked_at`: when the member proved that the e-mail is his own. `invited_by` is said when
    a member joins and never changes, so that nobody can be invited by whom he invited.
    `shared_device`: he joined from a device of another member, so a clerk looks at the invitation.
    `was_here_before`: with his number somebody had joined before, so he is thanked for nothing that
    newcomers are thanked for.
    """

    email_linked_at: datetime | None = None
    profile_filled_at: datetime | None = None
    is_own_subscriber: bool = False
    invited_by: UUID | None = None
    shared_device: bool = False
    was_here_before: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """A clerk blocked a member, or let him back in."""

    status: Status
    reason: str
    clerk: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """A member with the personal data that no other service holds; an erased one has none."""

    member_id: UUID
    phone: str | None
    email: str | None
    language: Language
    status: Status
    version: int
    registered_at: datetime
    standing: Standing = field(default_factory=Standing)

    @property
    def number(self) -> str:
        """Answer the phone of a member who is not erased."""
        assert self.phone is not None
        return self.phone


def read_phone(text: str) -> str:
    """Read a mobile number in any usual spelling and answer it in E.164; raises InvalidPhone.

    `+7 926 123-45-67` and `8 (926) 123 45 67` are both `+79261234567`: one phone, one member.
    """
    if not _WRITTEN.fullmatch(text):
        raise InvalidPhone
    try:
        number = phonenumbers.parse(text, _HOME_REGION)
    except NumberParseException:
        raise InvalidPhone from None
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in _MOBILE:
        raise InvalidPhone
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def read_email(text: str) -> str:
    """Answer an e-mail address as it is compared: the case of its letters does not matter."""
    return text.strip().lower()
