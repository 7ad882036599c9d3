"""The status algebra: what the messages of one conversion add up to.

`fold` goes over ALL messages of a conversion in an order of their own, so any order of arrival,
any repetition, loss and redelivery, and any retry end in the same conversion and the same money.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import reduce

from msgspec import Struct
from msgspec.structs import replace

from shared.money import Money

_UNDATED = datetime.min.replace(tzinfo=UTC)


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


class Basis(StrEnum):
    """What the amount of a message counts: all that stays paid, or what came off it or on top."""

    TOTAL = "total"
    LESS = "less"
    MORE = "more"


class Message(Struct, frozen=True, omit_defaults=True):
    """One thing a partner said about one line of an order, whatever the format it came in.

    `status_at` None: the format names no moment; such messages come before all that name one.
    `ordered_on_arrival`: the format has no time of order either, the first arrival's stands for it.
    `event_id`: the partner's own id of this message, where it has one.
    `line_id` empty, of a message that does not report: it is about the whole order; an empty
    `action` then means every action. `amount_text`: an amount whose currency the partner does not
    name: that of the conversion. `lines`: how many lines the order has, each sent by itself.
    `only_first_counts`: of several such messages of one line the partner means the first alone.
    `ignores_click`: the partner finds its order by the key alone, whatever click a message names.
    """

    order_id: str
    line_id: str
    action: str
    says: Says
    status_at: datetime | None = None
    click_id: str | None = None
    amount: Money | None = None
    category: str | None = None
    ordered_at: datetime | None = None
    reason: str | None = None
    basis: Basis = Basis.TOTAL
    event_id: str | None = None
    amount_text: str | None = None
    lines: int | None = None
    ordered_on_arrival: bool = False
    buyer_address: str | None = None
    only_first_counts: bool = False
    ignores_click: bool = False


class ConversionState(Struct, frozen=True):
    """What all messages of one conversion add up to: how it stands, and what stays paid."""

    status: Status = Status.REPORTED
    paid_minor: int | None = None
    category: str | None = None
    ordered_at: datetime | None = None
    reason: str | None = None


# Messages of one moment are taken in this order: networks send the order's time with every status.
# Nothing else could order them: the order of arrival is chance, and must not decide about money.
_RANK = {says: rank for rank, says in enumerate(Says)}
_NAMES_A_STATUS = {Says.APPROVED_UNFUNDED, Says.APPROVED, Says.DECLINED}


def fold(messages: Iterable[Message]) -> ConversionState:
    """Fold the messages of one conversion, those about its whole order included, into its state.

    Reports come first, whatever their clock says; then what names no moment; then each message at
    its `status_at`.

    | says              | the status becomes                          | paid becomes            |
    |-------------------|---------------------------------------------|-------------------------|
    | reported          | reported                                    | its amount              |
    | amended           | as it was                                   | its amount              |
    | approved_unfunded | approved_unfunded, unless approved already  | its amount, if named    |
    | approved          | approved                                    | its amount, if named    |
    | declined          | declined, until a later approval            | its amount, if named    |
    | returned          | returned when nothing stays paid            | less its amount, or 0   |

    | amount counts | paid becomes                                                               |
    |---------------|----------------------------------------------------------------------------|
    | total         | the amount; of `returned`: the amount, when less was paid, as it was       |
    | less          | less the amount, never below 0; the usual one of `returned`                |
    | more          | the amount on top                                                          |

    "Later" is a later `status_at`: at one moment `declined` outranks `approved`, whichever arrived
    last. So a network that names no moment of a status (Admitad) cannot take a refusal back; its
    approval is kept, and told that it is overruled.
    A whole return is the end: the goods are back. Of category and time of order the first counts.
    Equal messages count once, for nothing tells a repeat from a second one: two returns of one sum
    must differ in `status_at` or in the partner's own id of the message (a webhook-id says how a
    message travelled, not what happened); a reason or a click that only one of them names is no
    difference. Of several that carry one such id and say the same word the last in this order
    counts.

    What is said of a whole order reaches each of its lines, those that are recorded later too. An
    amount of a whole order says nothing of a line (`conflicts.conflicts_of_order`).

    What no fold can make independent of the order of arrival is fixed by the first message that is
    recorded: the click, the currency and its rate, an order's time where the format has none
    (`ordered_on_arrival`), which of several reports counts where only the first does
    (`only_first_counts`), and which line of an order crosses its cap or looks suspicious. Beside
    these, two things hang on what is known when a message is decided: an amount of a whole order
    while one line of several is known, and nothing says there are more (it counts for that line);
    and one that is not the sum of the lines at its moment.

    Example: reported 1 000, returned 300 (less), amended by 50 (more), approved: 750, approved.
    """
    told = sorted(set(messages), key=_turn)
    return reduce(_apply, _each_once(told), _named_first(told))


def is_overruled(message: Message, state: ConversionState) -> bool:
    """Answer whether a message names a status that another message keeps from counting."""
    return message.says in _NAMES_A_STATUS and message.says.value != state.status.value


def returns_part(message: Message) -> bool:
    """Answer whether a message says that a part came back: as much may come back once more."""
    is_change = message.says is Says.RETURNED and message.basis is Basis.LESS
    return is_change and message.amount is not None and message.event_id is None


def opens(message: Message) -> bool:
    """Answer whether a message alone says enough to record a conversion nobody reported yet."""
    # The amount of a change is what came back or on top, not what was paid.
    is_whole = message.basis is Basis.TOTAL and message.says is not Says.RETURNED
    is_dated = message.ordered_at or message.ordered_on_arrival
    return bool(message.click_id and message.amount and is_dated) and is_whole


def names_no_line(message: Message) -> bool:
    """Answer whether a message is about its whole order: it names no line, and reports none."""
    return not message.line_id and message.says is not Says.REPORTED and not opens(message)


def covers(message: Message, action: str) -> bool:
    """Answer whether a message about a whole order is about lines of this action, too."""
    return message.action in ("", action)


def counts_by(message: Message, moment: Message) -> bool:
    """Answer whether a message is folded before another one, or is that one."""
    return _turn(message) <= _turn(moment)


def without_amount(message: Message) -> Message:
    """Answer what a message about a whole order says of each of its lines."""
    if message.amount is None:
        return message
    return replace(message, amount=None)


def _named_first(told: Sequence[Message]) -> ConversionState:
    return ConversionState(
        category=next((one.category for one in told if one.category), None),
        ordered_at=next((one.ordered_at for one in told if one.ordered_at), None),
    )


def _each_once(told: Sequence[Message]) -> Sequence[Message]:
    """Answer what counts: of those that tell the same the last one, in the order of all."""
    counting = {_news(one) or one: one for one in told}
    return told if len(counting) == len(told) else sorted(counting.values(), key=_turn)


def _news(message: Message) -> object:
    """Answer what messages have in common that tell the same, else None; of a push and a file, say.

    A return of 300 rubles at 12:00 is one, whether its reason or its click is named or not.
    """
    if message.event_id:
        return message.event_id, message.says
    if message.basis is Basis.TOTAL or message.status_at is None:
        return None
    return message.says, message.basis, message.amount, message.status_at


def _turn(message: Message) -> tuple[object, ...]:
    # Of two messages that differ at one moment the smaller amount is believed: it is taken last.
    # Naming none is not naming 0: messages that could be told apart must never tie here.
    amount = (-message.amount.amount_minor, 1) if message.amount else (0, 0)
    rest = (message.category or "", message.reason or "", str(message.ordered_at))
    at = message.status_at or _UNDATED
    return message.says is not Says.REPORTED, at, _RANK[message.says], message.basis, amount, rest


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
    return ConversionState(status, paid_minor, state.category, state.ordered_at, reason)


def _stays_paid(paid_minor: int | None, message: Message) -> int | None:
    named = message.amount.amount_minor if message.amount else None
    returned = message.says is Says.RETURNED
    if named is None:
        return 0 if returned else paid_minor
    if message.basis is Basis.TOTAL:
        return named if paid_minor is None or not returned else min(named, paid_minor)
    if paid_minor is None:  # a total of a later moment will say what this change led to
        return None
    return max(0, paid_minor - named if message.basis is Basis.LESS else paid_minor + named)
