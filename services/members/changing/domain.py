"""What a change is: of a number or an e-mail, proved at the old and at the new end."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.members.codes.domain import Purpose

CHANGE_LASTS = timedelta(hours=1)


class What(StrEnum):
    """What is changed."""

    PHONE = "phone"
    EMAIL = "email"


class End(StrEnum):
    """Which end proves itself."""

    OLD = "old"
    NEW = "new"


PURPOSES = {End.OLD: Purpose.CHANGE_OLD, End.NEW: Purpose.CHANGE_NEW}


@dataclass(frozen=True, slots=True)
class Change:
    """A change under way."""

    change_id: UUID
    member_id: UUID
    what: What
    new: str
    is_old_proved: bool
    is_new_proved: bool
    done_at: datetime | None
    ends_at: datetime

    @property
    def is_proved(self) -> bool:
        """Tell whether both ends have confirmed it: then it is done."""
        return self.is_old_proved and self.is_new_proved


class UnknownChange(LookupError):
    """The member has no such change, or it is over."""

    code = "unknown_change"

    def __init__(self) -> None:
        super().__init__("This change is over or none of yours: begin again.")


class NothingChanges(ValueError):
    """The new one is the old one."""

    code = "nothing_changes"
    field = "new"

    def __init__(self) -> None:
        super().__init__("new: this is what you have already.")


class EndProved(ValueError):
    """The end has confirmed the change before."""

    code = "end_proved"

    def __init__(self, end: End) -> None:
        super().__init__(f"The {end.value} end has confirmed this change already.")
