"""What a device and a sign-in are."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.members.domain import Language

REMEMBERED_FOR = timedelta(days=90)
NOT_REMEMBERED_FOR = timedelta(days=1)
SIGN_IN_LASTS = timedelta(minutes=30)
MOST_DEVICES = 30
_LONGEST_READ = 1000
# The first that is named wins: many browsers also call themselves others.
_BROWSERS = (
    ("YaBrowser", "Yandex Browser"),
    ("EdgA", "Edge"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class Device:
    """A browser that somebody signed in with."""

    device_id: UUID
    member_id: UUID
    name: str
    is_remembered: bool
    made_at: datetime
    last_used_at: datetime
    ends_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Browser:
    """What the site knows of the browser that signs in; its device, if it had one before."""

    user_agent: str
    is_remembered: bool
    device_id: UUID | None = None
    device_secret: str | None = None


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody who wants to sign in by a code; `member_id` is None where the number is nobody's."""

    sign_in_id: UUID
    phone: str
    language: Language
    member_id: UUID | None
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """What a browser gets that was let in."""

    member_id: UUID
    device_id: UUID
    device_secret: str
    device_ends_at: datetime
    session: str
    session_ends_at: datetime


class WrongSignIn(ValueError):
    """The number and the password do not go together: one refusal for every cause."""

    code = "wrong_sign_in"

    def __init__(self) -> None:
        super().__init__("This number and this password do not go together.")


class AwayTooLong(Exception):
    """Nobody signed in for a year: by now the number alone may be somebody else's."""

    code = "away_too_long"

    def __init__(self) -> None:
        super().__init__(
            "Nobody signed in here for a year, and numbers change owners: sign in with the"
            " password, or set a new one by number and e-mail."
        )


class UnknownSignIn(LookupError):
    """There is no such sign-in, or it is over."""

    code = "unknown_sign_in"

    def __init__(self) -> None:
        super().__init__("This sign-in is over: begin again with your number.")


class DeviceEnded(Exception):
    """The device was signed out, its time is over, or it was never ours."""

    code = "device_ended"

    def __init__(self) -> None:
        super().__init__("This device is signed out: sign in again.")


class UnknownDevice(LookupError):
    """The device is none of this member's."""

    code = "unknown_device"

    def __init__(self, device_id: UUID) -> None:
        super().__init__(f"There is no device {device_id}.")


def device_name(user_agent: str) -> str:
    """Call a browser what its owner calls it, in words of ours alone: it stands in an SMS.

    Example: `Mozilla/5.0 (Linux; Android 14) … Chrome/140.0 Mobile Safari/537.36` is
    `Chrome, Android`; what is unknown is `Browser`.
    """
    text = user_agent[:_LONGEST_READ]
    found = (
        next((name for mark, name in known if mark in text), None)
        for known in (_BROWSERS, _SYSTEMS)
    )
    return ", ".join(one for one in found if one) or "Browser"


def lasts(*, is_remembered: bool) -> timedelta:
    """Answer how long a device stays signed in."""
    return REMEMBERED_FOR if is_remembered else NOT_REMEMBERED_FOR
