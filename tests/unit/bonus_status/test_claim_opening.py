"""When a claim may be opened: after the store's deadline, and upon a bonus or a click."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.bonus_status.claims.domain import Ask
from services.bonus_status.claims.opening import (
    Clicked,
    Filed,
    HasBonus,
    NoClick,
    NotYetOrdered,
    OfOrder,
    StorePromise,
    TooEarly,
    click_for,
    judge,
)
from services.bonus_status.domain import Status
from services.bonus_status.telling.expected import Delay

ORDERED = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
CLICK = Clicked("c" * 64, ORDERED - timedelta(hours=1))
DEADLINE = ORDERED + timedelta(days=45)
DAY = timedelta(days=1)


def judged(
    now: datetime,
    *,
    bonuses: Sequence[OfOrder] = (),
    clicks: Sequence[Clicked] = (CLICK,),
    delay: Delay | None = None,
) -> Ask:
    filed = Filed("aliexpress", "A-1", ORDERED, 109_900, "RUB")
    promise = StorePromise(45, 30, delay)
    return judge("me", filed, promise=promise, bonuses=bonuses, clicks=clicks, now=now)


def bonus(status: Status, **changes: Any) -> OfOrder:
    return OfOrder(**{"bonus_id": "b", "status": status, "ordered_at": ORDERED} | changes,
                   promised_at=DEADLINE)  # fmt: skip


def test_before_the_deadline_the_answer_is_the_date() -> None:
    with pytest.raises(TooEarly) as refused:
        judged(DEADLINE - timedelta(seconds=1))
    more = refused.value.more
    assert more["promised_at"] == more["expected"]["by"] == "2027-01-04T10:30:00Z"
    assert "2027-01-04 10:30" in str(refused.value)


def test_the_date_tells_what_the_store_really_takes() -> None:
    delay = Delay(50, 12 * DAY, 20 * DAY)
    with pytest.raises(TooEarly) as refused:
        judged(ORDERED + DAY, delay=delay)
    told = refused.value.more["expected"]
    assert (told["at"], told["by"]) == ("2026-12-02T10:30:00Z", "2026-12-10T10:30:00Z")


def test_at_the_deadline_the_claim_rests_on_the_click() -> None:
    ask = judged(DEADLINE)
    assert (ask.click_id, ask.bonus_id, ask.amount_minor) == (CLICK.click_id, None, 109_900)


def test_a_bonus_that_waits_needs_no_click() -> None:
    ask = judged(DEADLINE, bonuses=[bonus(Status.PENDING)], clicks=[])
    assert (ask.click_id, ask.bonus_id) == (None, "b")


def test_a_bonus_that_waits_is_awaited_until_its_own_date() -> None:
    with pytest.raises(TooEarly):
        judged(DEADLINE - DAY, bonuses=[bonus(Status.PENDING)])


@pytest.mark.parametrize("status", [one for one in Status if one is not Status.PENDING])
def test_an_order_that_was_decided_is_answered_with_its_bonus(status: Status) -> None:
    with pytest.raises(HasBonus) as refused:
        judged(DEADLINE, bonuses=[bonus(status)])
    assert refused.value.more == {"bonus_id": "b", "bonus_status": status}


def test_without_a_click_in_the_window_there_is_no_claim() -> None:
    with pytest.raises(NoClick):
        judged(DEADLINE, clicks=[])


def test_an_order_of_the_future_is_a_mistake() -> None:
    with pytest.raises(NotYetOrdered):
        judged(ORDERED - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("before", "counts"),
    [
        (timedelta(0), True),
        (timedelta(days=30), True),
        (timedelta(days=30, seconds=1), False),
        (timedelta(minutes=-5), True),
        (timedelta(minutes=-5, seconds=-1), False),
    ],
)
def test_the_window_of_a_click_is_that_of_the_intake(before: timedelta, counts: bool) -> None:  # noqa: FBT001
    clicked = Clicked("x", ORDERED - before)
    assert (click_for([clicked], ORDERED, 30) is clicked) == counts


def test_the_last_click_before_the_order_counts() -> None:
    first, last = Clicked("a", ORDERED - 3 * DAY), Clicked("b", ORDERED - DAY)
    later = Clicked("c", ORDERED + DAY)
    assert click_for([last, first, later], ORDERED, 30) is last
