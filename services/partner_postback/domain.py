"""The rules of a conversion: what its messages add up to, and which purchase may be attributed.

Pure: no clock, no database. `fold` goes over ALL messages of one conversion in an order of
their own, so any order of arrival, any repetition and any retry end in the same conversion.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from shared.money import Money, minor_units

_CONVERSIONS = UUID("0d9c52a3-5f2e-4b5c-9a54-3c8f3f0f6b11")

# A partner's from ours: as much as a signature's timestamp, so that it has one figure to keep.
CLOCKS_MAY_DIFFER = timedelta(minutes=5)
# More is a mistake, or a clerk's to see first; events of points could count a thousand times this.
LARGEST_ORDER_RUBLES = 1_000_000_000
OWN_CURRENCY = "RUB"
_A_RUBLE_MICRO = 1_000_000


class Says(StrEnum):
    """What a partner's message says about a conversion."""

    REPORTED = "reported"
    AMENDED = "amended"
    APPROVED_UNFUNDED = "approved_unfunded"
    APPROVED = "approved"
    DECLINED = "declined"
    RETURNED = "returned"


class Status(StrEnum):
    """Where a conversion stands."""

    REPORTED = "reported"
    APPROVED_UNFUNDED = "approved_unfunded"
    APPROVED = "approved"
    DECLINED = "declined"
    RETURNED = "returned"


class Hold(StrEnum):
    """Why a message cannot be used yet; the codes are part of the contract with partners."""

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


@dataclass(frozen=True, slots=True)
class Message:
    """One thing a partner said about one line of an order, whatever the format it came in."""

    order_id: str
    line_id: str
    action: str
    says: Says
    status_at: datetime
    click_id: str | None = None
    amount: Money | None = None
    category: str | None = None
    ordered_at: datetime | None = None
    reason: str | None = None


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


@dataclass(frozen=True, slots=True)
class ConversionState:
    """What all messages of one conversion add up to: how it stands, and what stays paid."""

    status: Status = Status.REPORTED
    paid_minor: int | None = None
    category: str | None = None
    ordered_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Conversion:
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
    key = (partner_id, message.order_id, message.line_id, message.action)
    # With their lengths, no two keys are joined to one text, whatever characters are in them.
    return uuid5(_CONVERSIONS, "".join(f"{len(part)}:{part}" for part in key))


# Messages of one moment are taken in this order: networks send the order's time with every status.
# Nothing else could order them: the order of arrival is chance, and must not decide about money.
_RANK = {says: rank for rank, says in enumerate(Says)}
_NAMES_A_STATUS = {Says.APPROVED_UNFUNDED, Says.APPROVED, Says.DECLINED}


def fold(messages: Iterable[Message]) -> ConversionState:
    """Fold the messages of one conversion into its state.

    Reports come first, whatever their clock says; then each message at its `status_at`.

    | says              | the status becomes                          | paid becomes            |
    |-------------------|---------------------------------------------|-------------------------|
    | reported          | reported                                    | its amount              |
    | amended           | as it was                                   | its amount              |
    | approved_unfunded | approved_unfunded, unless approved already  | its amount, if named    |
    | approved          | approved                                    | its amount, if named    |
    | declined          | declined, until a later approval            | its amount, if named    |
    | returned          | returned when nothing stays paid            | less its amount, or 0   |

    "Later" is a later `status_at`: at one moment `declined` outranks `approved`, whichever arrived
    last. So a network that names no moment of a status (Admitad) cannot take a refusal back; its
    approval is kept, and told that it is overruled.
    A whole return is the end: the goods are back. Of category and time of order the first counts.
    Equal messages count once, for nothing tells a repeat from a second one: two returns of one
    line must differ in `status_at` (a webhook-id says how a message travelled, not what happened).
    """
    state = ConversionState()
    for message in sorted(set(messages), key=_turn):
        state = _apply(state, message)
    return state


def is_overruled(message: Message, state: ConversionState) -> bool:
    """Answer whether a message names a status that another message keeps from counting."""
    return message.says in _NAMES_A_STATUS and message.says.value != state.status.value


def returns_part(message: Message) -> bool:
    """Answer whether a message says that a part came back: as much may come back once more."""
    return message.says is Says.RETURNED and message.amount is not None


def opens(message: Message) -> bool:
    """Answer whether a message alone says enough to record a conversion nobody reported yet."""
    complete = message.click_id and message.amount and message.ordered_at
    # The amount of a return is what came back, not what was paid.
    return bool(complete) and message.says is not Says.RETURNED


def attribute(
    message: Message, click: Click | None, store: Store | None, partner_id: str
) -> Hold | None:
    """Answer why a purchase cannot be attributed to its click yet, or None when it can."""
    if click is None:
        return Hold.UNKNOWN_CLICK
    if store is None:
        return Hold.UNKNOWN_STORE
    if partner_id not in store.reporters:
        return Hold.CLICK_OF_OTHER_STORE
    assert message.ordered_at is not None
    since_click = message.ordered_at - click.clicked_at
    if since_click < -CLOCKS_MAY_DIFFER:
        return Hold.ORDER_BEFORE_CLICK
    if since_click > timedelta(days=store.attribution_days):
        return Hold.CLICK_TOO_OLD
    return None


def exchange_rate(currency: str, operators: Mapping[str, int]) -> int | None:
    """Answer the rubles for one unit, in millionths, or None; a ruble is a ruble, whoever says."""
    return _A_RUBLE_MICRO if currency == OWN_CURRENCY else operators.get(currency)


def is_too_large(amount: Money, rate_micro: int) -> bool:
    """Answer whether a sum is worth more than LARGEST_ORDER_RUBLES, exactly.

    `rate_micro`: rubles for one unit, times 1 000 000. At 100 rubles for a dollar
    `is_too_large(Money(1_000_000_001, "USD"), 100_000_000)` is true: 10 000 000.01 dollars.
    """
    largest: int = LARGEST_ORDER_RUBLES * _A_RUBLE_MICRO * 10 ** minor_units(amount.currency)
    return amount.amount_minor * rate_micro > largest


def _turn(message: Message) -> tuple[object, ...]:
    # Of two messages that differ at one moment the smaller amount is believed: it is taken last.
    amount = message.amount.amount_minor if message.amount else 0
    rest = (message.category or "", message.reason or "", str(message.ordered_at))
    return message.says is not Says.REPORTED, message.status_at, _RANK[message.says], -amount, rest


def _apply(state: ConversionState, message: Message) -> ConversionState:
    if state.status is Status.RETURNED:
        return state
    status: Status = state.status
    reason = state.reason
    paid_minor = _stays_paid(state.paid_minor, message)
    match message.says:
        case Says.RETURNED if paid_minor == 0:
            status, reason = Status.RETURNED, message.reason
        case Says.DECLINED:
            status, reason = Status.DECLINED, message.reason
        case Says.APPROVED:
            status, reason = Status.APPROVED, None
        case Says.APPROVED_UNFUNDED if status is not Status.APPROVED:
            status, reason = Status.APPROVED_UNFUNDED, None
    category = state.category or message.category
    ordered_at = state.ordered_at or message.ordered_at
    return ConversionState(status, paid_minor, category, ordered_at, reason)


def _stays_paid(paid_minor: int | None, message: Message) -> int | None:
    named = message.amount.amount_minor if message.amount else None
    if message.says is not Says.RETURNED:
        return paid_minor if named is None else named
    if named is None:
        return 0
    return None if paid_minor is None else max(0, paid_minor - named)
