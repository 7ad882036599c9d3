"""When a member may open a claim: not before the store's deadline, and never without a trace.

What a claim rests on is a bonus that waits, or a click of that member at that store.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from services.bonus_status.claims.domain import Ask
from services.bonus_status.domain import Status
from services.bonus_status.telling.expected import Delay, Expected, expected
from shared.schemas import rfc3339

# As much as partners' clocks may differ from ours; the intake judges their reports by the same.
CLOCKS_MAY_DIFFER = timedelta(minutes=5)


class TooEarly(Exception):
    """The store's deadline has not passed: the answer is the date."""

    code = "too_early"

    def __init__(self, promised_at: datetime, when: Expected) -> None:
        """Tell the promise, and when to expect the bonus."""
        self.more: dict[str, Any] = {
            "promised_at": rfc3339(promised_at),
            "expected": {
                "at": rfc3339(when.at),
                "by": rfc3339(when.by),
                "basis": when.basis,
                "in_words": when.in_words,
            },
        }
        super().__init__(
            f"The store has until {promised_at:%Y-%m-%d %H:%M} UTC to confirm this purchase. "
            f"{when.in_words} Open a claim after that."
        )


class HasBonus(Exception):
    """The order has its bonus already, and the store has decided on it."""

    code = "has_bonus"

    def __init__(self, bonus: "OfOrder") -> None:
        """Name the bonus."""
        self.more = {"bonus_id": bonus.bonus_id, "bonus_status": bonus.status}
        super().__init__(
            f"This order has bonus {bonus.bonus_id} already: it is {bonus.status}, and says why."
        )


class NoClick(Exception):
    """Nothing shows that the member came to the store through us before the order."""

    code = "no_click"
    field = "ordered_at"

    def __init__(self, days: int) -> None:
        """Say what was looked for."""
        super().__init__(
            "ordered_at: you did not go to this store through us in the "
            f"{days} days before the order. Only such an order earns a bonus."
        )


class NotYetOrdered(ValueError):
    """The order would be in the future."""

    code = "in_the_future"
    field = "ordered_at"

    def __init__(self) -> None:
        """Say so."""
        super().__init__("ordered_at: it lies in the future.")


class Filed(Struct, frozen=True):
    """What a member says of an order whose cashback did not come."""

    store_id: str
    order_id: str
    ordered_at: datetime
    amount_minor: int
    currency: str


class StorePromise(Struct, frozen=True):
    """What counts of a store: when it confirms, and how long after a click an order counts."""

    confirmation_days: int
    attribution_days: int
    delay: Delay | None


class OfOrder(Struct, frozen=True):
    """A bonus of the order that is claimed."""

    bonus_id: str
    status: Status
    ordered_at: datetime
    promised_at: datetime


class Clicked(Struct, frozen=True):
    """A click of the member at the store."""

    click_id: str
    clicked_at: datetime


def judge(  # noqa: PLR0913 - all that a claim is judged by
    member_id: str,
    filed: Filed,
    *,
    promise: StorePromise,
    bonuses: Sequence[OfOrder],
    clicks: Iterable[Clicked],
    now: datetime,
) -> Ask:
    """Answer the claim that may be opened; raises NotYetOrdered, HasBonus, TooEarly, NoClick.

    Example: an order of 1 November at a store that confirms within 30 days: until 1 December the
    answer is that date. From then on it is a claim, if the order has a bonus that still waits, or
    the member went to the store in the days before the order that its window counts.
    """
    if filed.ordered_at > now:
        raise NotYetOrdered
    waiting = next((one for one in bonuses if one.status is Status.PENDING), None)
    if bonuses and waiting is None:
        raise HasBonus(bonuses[0])
    ordered_at = waiting.ordered_at if waiting else filed.ordered_at
    days = timedelta(days=promise.confirmation_days)
    promised_at = waiting.promised_at if waiting else ordered_at + days
    if now < promised_at:
        raise TooEarly(promised_at, expected(ordered_at, promised_at, promise.delay))
    click = None
    if waiting is None:
        click = click_for(clicks, ordered_at, promise.attribution_days)
        if click is None:
            raise NoClick(promise.attribution_days)
    return Ask(
        member_id,
        filed.store_id,
        click.click_id if click else None,
        waiting.bonus_id if waiting else None,
        filed.order_id,
        ordered_at,
        filed.amount_minor,
        filed.currency,
    )


def click_for(
    clicks: Iterable[Clicked], ordered_at: datetime, attribution_days: int
) -> Clicked | None:
    """Answer the last click before an order that may have led to it, None when there is none."""
    window = timedelta(days=attribution_days)
    fit = [one for one in clicks if -CLOCKS_MAY_DIFFER <= ordered_at - one.clicked_at <= window]
    return max(fit, key=lambda one: (one.clicked_at, one.click_id), default=None)
