"""By which way news reach a member: the table, his choice, and his quiet hours."""

from datetime import UTC, datetime, time, timedelta

import pytest

from services.notifications.domain import Kind
from services.notifications.ways.domain import WAYS, Channel, Choice, Plan, plan, quiet_until

NOON = datetime(2026, 12, 1, 9, tzinfo=UTC)
NIGHT = datetime(2026, 12, 1, 20, tzinfo=UTC)  # 23:00 in Moscow
MORNING = datetime(2026, 12, 2, 6, tzinfo=UTC)
EVENING_TO_NINE = {"quiet_from": time(22), "quiet_until": time(9)}
SILENT = Choice(sms=False, email=False, site=False, **EVENING_TO_NINE)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of Moscow in December 2026."""
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC) - timedelta(hours=3)


def test_every_kind_has_its_way() -> None:
    assert set(WAYS) == set(Kind)


@pytest.mark.parametrize("kind", [kind for kind, way in WAYS.items() if not way.is_chosen])
def test_a_code_or_a_notice_of_safety_goes_at_once_whatever_is_chosen(kind: Kind) -> None:
    """INVARIANT: nobody can switch off, or sleep through, what guards his account or money."""
    made = plan(kind, SILENT, NIGHT, has_email=True)
    assert (made.channels, made.send_after) == ((Channel.SMS,), None)


@pytest.mark.parametrize(
    ("sms", "email", "has_email", "channels"),
    [
        (True, False, True, ["sms"]),
        (True, True, True, ["sms", "email"]),
        (True, True, False, ["sms"]),
        (False, True, True, ["email"]),
        (False, True, False, ["sms"]),
        (False, False, True, []),
    ],
)
def test_news_go_as_the_member_chose(
    *, sms: bool, email: bool, has_email: bool, channels: list[str]
) -> None:
    choice = Choice(sms=sms, email=email)
    made = plan(Kind.BONUS_ACCRUED, choice, NOON, has_email=has_email)
    assert (list(made.channels), made.is_on_site) == (channels, True)


def test_news_are_on_the_site_at_once_and_wake_nobody() -> None:
    choice = Choice(**EVENING_TO_NINE)
    made = plan(Kind.CLAIM_ACCEPTED, choice, NIGHT, has_email=False)
    assert made == Plan((Channel.SMS,), is_on_site=True, send_after=MORNING)


def test_a_code_is_never_on_the_site() -> None:
    assert not plan(Kind.RELATIVE_ASKED, Choice(), NOON, has_email=True).is_on_site


@pytest.mark.parametrize(
    ("now", "begin", "end", "ends"),
    [
        (at(1, 23, 30), time(22), time(9), at(2, 9)),
        (at(2, 3), time(22), time(9), at(2, 9)),
        (at(2, 0), time(22), time(9), at(2, 9)),
        (at(1, 22), time(22), time(9), at(2, 9)),
        (at(1, 21, 59), time(22), time(9), None),
        (at(2, 9), time(22), time(9), None),
        (at(1, 14), time(13), time(15), at(1, 15)),
        (at(1, 12, 59), time(13), time(15), None),
        (at(1, 15), time(13), time(15), None),
        (at(31, 23), time(22), time(0), at(31, 21) + timedelta(hours=3)),
        (at(1, 3), time(9), time(9), None),
        (at(1, 3), None, None, None),
    ],
)
def test_quiet_hours_end_when_they_say(
    now: datetime, begin: time | None, end: time | None, ends: datetime | None
) -> None:
    assert quiet_until(now, begin, end) == ends
