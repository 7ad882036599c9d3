"""Rules against fraud, as pure functions of a purchase and of what is known around it.

A rule looks at a purchase when it is first recorded, and never again. It holds it for a clerk with
a sentence that says what it saw; it never refuses.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address

from services.partner_postback.domain.attribution import OrderKey

IpRange = IPv4Network | IPv6Network


class Kind(StrEnum):
    """What a rule looks at."""

    SAME_ORDER_TWO_CLICKS = "same_order_two_clicks"
    CLICK_TO_ORDER_TOO_SHORT = "click_to_order_too_short"
    MEMBER_VELOCITY = "member_velocity"
    OWN_ADDRESS = "own_address"
    IP_LIST = "ip_list"


@dataclass(frozen=True, slots=True)
class Settings:
    """The figures of a rule; each kind has its own of them, see SETTINGS_OF."""

    seconds: int = 0
    orders: int = 0
    hours: int = 0
    ranges: tuple[IpRange, ...] = ()


SETTINGS_OF: Mapping[Kind, tuple[str, ...]] = {
    Kind.SAME_ORDER_TWO_CLICKS: (),
    Kind.CLICK_TO_ORDER_TOO_SHORT: ("seconds",),
    Kind.MEMBER_VELOCITY: ("orders", "hours"),
    Kind.OWN_ADDRESS: (),
    Kind.IP_LIST: ("ranges",),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that is on."""

    name: str
    kind: Kind
    settings: Settings


@dataclass(frozen=True, slots=True)
class Suspect:
    """A purchase, and what is known around it.

    `clicks`: those that the order's recorded lines were made with; `recent`: the member's orders
    that were recorded around that time, each with its moment; `own_ranges`: where the partner sends
    from.
    """

    order: OrderKey
    click_id: str
    clicked_at: datetime
    ordered_at: datetime
    received_at: datetime
    buyer_address: str | None
    clicks: Iterable[str] = ()
    recent: Iterable[tuple[OrderKey, datetime]] = ()
    own_ranges: Sequence[IpRange] = ()


@dataclass(frozen=True, slots=True)
class Suspicion:
    """The rule that holds a purchase, and what it saw."""

    rule: str
    why: str


def suspicion(rules: Iterable[Rule], suspect: Suspect) -> Suspicion | None:
    """Answer the first rule that holds a purchase, by their names' order, or None."""
    for rule in sorted(rules, key=lambda one: one.name):
        why = _SEEN_BY[rule.kind](rule.settings, suspect)
        if why is not None:
            return Suspicion(rule.name, why)
    return None


def two_clicks(_: Settings, suspect: Suspect) -> str | None:
    """Hold a line of an order whose other lines were made with another click.

    Line 1 came with click A: line 2 with click B is held, with click A it is not.
    """
    others = set(suspect.clicks) - {suspect.click_id}
    return "Other lines of this order came with another click." if others else None


def too_short(settings: Settings, suspect: Suspect) -> str | None:
    """Hold an order placed sooner after its click than anybody shops.

    With `seconds` 5 an order 4.9 seconds after its click is held, one 5 seconds after it is not.
    """
    passed = suspect.ordered_at - suspect.clicked_at
    if passed >= timedelta(seconds=settings.seconds):
        return None
    # Below 0 where a partner rounds its moments, or a clock is off.
    seconds = passed.total_seconds()
    side = "before" if seconds < 0 else "after"
    return f"Ordered {abs(seconds):.1f} s {side} the click: under {settings.seconds} s."


def velocity(settings: Settings, suspect: Suspect) -> str | None:
    """Hold what goes beyond so many orders of one member within so many hours.

    With `orders` 3 and `hours` 24 the fourth order within a day is held. A cart is one order,
    however many lines it has; an order that is tried again is measured from when it was received.
    """
    span = timedelta(hours=settings.hours)
    around = {
        order
        for order, recorded_at in suspect.recent
        if order != suspect.order and abs(recorded_at - suspect.received_at) < span
    }
    if len(around) < settings.orders:
        return None
    return f"The member's order number {len(around) + 1} within {settings.hours} h."


def own_address(_: Settings, suspect: Suspect) -> str | None:
    """Hold a purchase made from an address that the partner itself sends from.

    The partner's list has 192.0.2.0/24: a buyer at 192.0.2.7 is held. A partner without a list, or
    a message without the buyer's address, is not.
    """
    found = _range_of(suspect.buyer_address, suspect.own_ranges)
    return f"The buyer's address is the partner's own: {found}." if found else None


def ip_list(settings: Settings, suspect: Suspect) -> str | None:
    """Hold a purchase made from listed addresses: with 198.51.100.0/24 that of 198.51.100.9."""
    found = _range_of(suspect.buyer_address, settings.ranges)
    return f"The buyer's address is on the list: {found}." if found else None


def _range_of(address: str | None, ranges: Iterable[IpRange]) -> IpRange | None:
    try:
        buyer = ip_address(address or "")
    except ValueError:
        return None
    # An IPv4 client of an IPv6 socket shows as ::ffff:192.0.2.1.
    buyer = getattr(buyer, "ipv4_mapped", None) or buyer
    return next((one for one in ranges if buyer in one), None)


_SEEN_BY: Mapping[Kind, Callable[[Settings, Suspect], str | None]] = {
    Kind.SAME_ORDER_TWO_CLICKS: two_clicks,
    Kind.CLICK_TO_ORDER_TOO_SHORT: too_short,
    Kind.MEMBER_VELOCITY: velocity,
    Kind.OWN_ADDRESS: own_address,
    Kind.IP_LIST: ip_list,
}
