"""What is known of the orders of a batch: read from the database, growing while it is decided."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from services.partner_postback.domain.algebra import (
    ConversionState,
    Message,
    counts_by,
    covers,
    fold,
    without_amount,
)
from services.partner_postback.domain.attribution import (
    Conversion,
    OrderKey,
    Store,
    order_id_of,
)
from services.partner_postback.domain.fraud import IpRange, Rule


@dataclass(slots=True)
class Cart:
    """What is known of an order whose lines come one by one: how many it has, and which came."""

    lines: int = 0
    seen: set[str] = field(default_factory=set)

    def is_complete(self) -> bool:
        """Tell whether every line was seen, by the largest count that was named."""
        return len(self.seen) >= self.lines


@dataclass(slots=True)
class Known:
    """What the database knows of a batch; its orders are locked.

    `messages` by the conversion that they are about, or by their order's id; `listeners`: what the
    partners of the batch want to be told by a webhook; `caps`: in rubles, of those stores that have
    one, whose orders are then known with all their lines; `unnamed`: click ids with categories that
    the terms at the click do not name, though they name others. `rules` against fraud that are on;
    `recent`: members' orders of late; `own_ranges`: where partners send from, if a rule looks.
    """

    conversions: dict[UUID, Conversion]
    messages: dict[UUID, set[Message]]
    stores: Mapping[int, Store]
    exchange_rates: Mapping[str, int]
    carts: dict[OrderKey, Cart]
    listeners: Mapping[str, Sequence[str]] = field(default_factory=dict)
    caps: Mapping[str, int] = field(default_factory=dict)
    unnamed: Collection[tuple[str, str]] = ()
    rules: Sequence[Rule] = ()
    recent: dict[UUID, dict[OrderKey, datetime]] = field(default_factory=dict)
    own_ranges: dict[str, Sequence[IpRange]] = field(default_factory=dict)
    _lines: dict[OrderKey, set[UUID]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one in self.conversions.values():
            self.keep(one)

    def keep(self, one: Conversion) -> None:
        """Know a conversion as it is from now on."""
        self.conversions[one.conversion_id] = one
        self._lines.setdefault((one.partner_id, one.order_id), set()).add(one.conversion_id)

    def note_order(self, member_id: UUID, order: OrderKey, recorded_at: datetime) -> None:
        """Know that an order of a member was first recorded then."""
        self.recent.setdefault(member_id, {})[order] = recorded_at

    def lines_of(self, order: OrderKey) -> list[Conversion]:
        """Answer the lines of an order that are recorded, always in one order."""
        lines = [self.conversions[one] for one in self._lines.get(order, ())]
        return sorted(lines, key=lambda one: (one.line_id, one.action))

    def said_of(self, subject_id: UUID) -> Collection[Message]:
        """Answer the accepted messages about a conversion, or about a whole order."""
        return self.messages.get(subject_id, ())

    def state_of(self, line: Conversion, *more: Message) -> ConversionState:
        """Answer what all that was said of a line, its whole order included, adds up to."""
        state = fold([*self._about(line), *more])
        return state if state.ordered_at else replace(state, ordered_at=line.state.ordered_at)

    def paid_minor(self, line: Conversion, moment: Message) -> int:
        """Answer what was paid for a line when a message was true; without a date: what is now."""
        then = None
        if moment.status_at is not None:
            then = fold(one for one in self._about(line) if counts_by(one, moment)).paid_minor
        return (line.state.paid_minor or 0) if then is None else then

    def cart(self, order: OrderKey) -> Cart:
        """Answer what is known of the lines that an order should have."""
        return self.carts.setdefault(order, Cart())

    def more_to_come(self, order: OrderKey, message: Message) -> bool:
        """Answer whether an order has more lines, by all that was said, than are recorded."""
        recorded = {one.line_id for one in self.lines_of(order)}
        return max(self.cart(order).lines, message.lines or 0) > len(recorded)

    def _about(self, line: Conversion) -> Iterable[Message]:
        yield from self.said_of(line.conversion_id)
        for one in self.said_of(order_id_of(line.partner_id, line.order_id)):
            if covers(one, line.action):
                yield without_amount(one)
