"""Which purchase may be attributed to its click, what it is worth, and why it must wait."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from uuid import UUID

from msgspec import Struct

from services.partner_postback.domain.algebra import ConversionState, Message
from shared.money import Money, minor_units

# An order of a partner.
OrderKey = tuple[str, str]
_CONVERSIONS = UUID("0d9c52a3-5f2e-4b5c-9a54-3c8f3f0f6b11")
_OF_CONVERSIONS = hashlib.sha1(_CONVERSIONS.bytes, usedforsecurity=False)

# A partner's from ours: as much as a signature's timestamp, so that it has one figure to keep.
CLOCKS_MAY_DIFFER = timedelta(minutes=5)
# More is a mistake, or a clerk's to see first; events of points could count a thousand times this.
LARGEST_ORDER_RUBLES = 1_000_000_000
OWN_CURRENCY = "RUB"
# The action, and the line, of an order that its store never reported: a claim of a member's.
CLAIM = "claim"
_A_RUBLE_MICRO = 1_000_000


class Hold(StrEnum):
    """Why a message cannot be used yet; the codes are part of the contract with partners."""

    NO_CLICK = "no_click"
    UNKNOWN_CLICK = "unknown_click"
    UNKNOWN_STORE = "unknown_store"
    CLICK_OF_OTHER_STORE = "click_of_other_store"
    CLICK_TOO_OLD = "click_too_old"
    ORDER_BEFORE_CLICK = "order_before_click"
    UNKNOWN_ORDER = "unknown_order"
    NO_RATE = "no_rate"
    OTHER_CLICK = "other_click"
    OTHER_CURRENCY = "other_currency"
    AMOUNT_TOO_LARGE = "amount_too_large"
    AMOUNT_OF_SEVERAL_LINES = "amount_of_several_lines"
    CART_INCOMPLETE = "cart_incomplete"
    STORE_PAUSED = "store_paused"
    UNKNOWN_CATEGORY = "unknown_category"
    OVER_CAP = "over_cap"
    SUSPECTED_FRAUD = "suspected_fraud"
    CLAIMED = "claimed"


@dataclass(frozen=True, slots=True)
class Click:
    """What a click id proves by itself."""

    member_id: UUID
    clicked_at: datetime
    store_number: int


@dataclass(frozen=True, slots=True)
class Store:
    """What counts of a store when a purchase is attributed to it."""

    store_id: str
    attribution_days: int
    reporters: Sequence[str]
    is_paused: bool = False


class Conversion(Struct, frozen=True):
    """One line of a purchase: what was fixed when first recorded, and how it stands now."""

    conversion_id: UUID
    partner_id: str
    order_id: str
    line_id: str
    action: str
    store_id: str
    member_id: UUID
    click_id: str
    clicked_at: datetime
    currency: str
    rate_micro: int
    state: ConversionState
    version: int
    receipt_id: UUID


def conversion_id_of(partner_id: str, message: Message) -> UUID:
    """Answer the id that a partner's business key has for ever, recorded yet or not."""
    return _id_of(partner_id, message.order_id, message.line_id, message.action)


def claim_line_of(partner_id: str, order_id: str) -> UUID:
    """Answer the id of the conversion that an order has, or would have, by a member's claim."""
    return _id_of(partner_id, order_id, CLAIM, CLAIM)


def order_id_of(partner_id: str, order_id: str) -> UUID:
    """Answer the id under which messages about a whole order are kept."""
    return _id_of(partner_id, order_id)


# A batch asks for each of its ids several times, and a hash costs more than looking it up.
@lru_cache(maxsize=8192)
def _id_of(*key: str) -> UUID:
    """Answer uuid5 of a key (RFC 9562, 5.5), in half the time: three are made for each message."""
    digest = _OF_CONVERSIONS.copy()
    # With their lengths, no two keys are joined to one text, whatever characters are in them.
    digest.update("".join([f"{len(part)}:{part}" for part in key]).encode())
    return UUID(int=int.from_bytes(digest.digest()[:16]), version=5)


def attribute(
    ordered_at: datetime, click: Click | None, store: Store | None, partner_id: str
) -> Iterable[Hold]:
    """Answer, one after the other, why a purchase cannot be attributed to its click yet."""
    if click is None:
        yield Hold.UNKNOWN_CLICK
        return
    if store is None:
        yield Hold.UNKNOWN_STORE
        return
    if partner_id not in store.reporters:
        yield Hold.CLICK_OF_OTHER_STORE
    since_click = ordered_at - click.clicked_at
    if since_click < -CLOCKS_MAY_DIFFER:
        yield Hold.ORDER_BEFORE_CLICK
    if since_click > timedelta(days=store.attribution_days):
        yield Hold.CLICK_TOO_OLD
    if store.is_paused:
        yield Hold.STORE_PAUSED


def exchange_rate(currency: str, operators: Mapping[str, int]) -> int | None:
    """Answer the rubles for one unit, in millionths, or None; a ruble is a ruble, whoever says."""
    return _A_RUBLE_MICRO if currency == OWN_CURRENCY else operators.get(currency)


def crosses_cap(order: Collection[Conversion], after: Conversion, cap_rubles: int) -> bool:
    """Answer whether a line, new or changed, lifts its order above the store's cap.

    `order`: the lines of the order so far. All that stays paid for the store's lines counts,
    whatever their status. What lifts nothing is no matter of the cap, even above it. With a cap of
    100 000 rubles and lines of 60 000 and 40 000: a third line crosses it, and so does an amendment
    of the second to 40 001; one to 39 000 does not, nor does a return.
    """
    others = [one for one in order if one.conversion_id != after.conversion_id]
    before = [one for one in order if one.conversion_id == after.conversion_id]
    is_more = _paid_rubles([after]) > _paid_rubles(before)
    whole = _paid_rubles([after, *(one for one in others if one.store_id == after.store_id)])
    return is_more and whole > cap_rubles


def is_claimed(order: Iterable[Conversion], action: str) -> bool:
    """Answer whether a line would let an order count twice: as claimed, and as reported.

    `order`: its lines so far. Example: an order that was recorded as a member's claim, which its
    store then reports after all; or one that another member claims whose order it is not.
    """
    return any((one.action == CLAIM) != (action == CLAIM) for one in order)


def is_too_large(amount: Money, rate_micro: int) -> bool:
    """Answer whether a sum is worth more than LARGEST_ORDER_RUBLES, exactly.

    `rate_micro`: rubles for one unit, times 1 000 000. At 100 rubles for a dollar
    `is_too_large(Money(1_000_000_001, "USD"), 100_000_000)` is true: 10 000 000.01 dollars.
    """
    largest: int = LARGEST_ORDER_RUBLES * _A_RUBLE_MICRO * 10 ** minor_units(amount.currency)
    return amount.amount_minor * rate_micro > largest


def _paid_rubles(lines: Iterable[Conversion]) -> Fraction:
    return sum((_rubles(one) for one in lines), Fraction(0))


def _rubles(line: Conversion) -> Fraction:
    """Answer what is paid, exactly: at 90.5 rubles for a dollar 1.01 dollars are 91.405."""
    parts = _A_RUBLE_MICRO * 10 ** minor_units(line.currency)
    return Fraction((line.state.paid_minor or 0) * line.rate_micro, parts)
