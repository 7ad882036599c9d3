"""A purchase that is not recorded yet: what keeps it from that, and the conversion it becomes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from services.partner_postback.domain.algebra import Basis, ConversionState, Message, opens
from services.partner_postback.domain.attribution import (
    Click,
    Conversion,
    Hold,
    Store,
    attribute,
    crosses_cap,
    exchange_rate,
    is_claimed,
)
from services.partner_postback.domain.conflicts import not_counted
from services.partner_postback.domain.fraud import Suspect, Suspicion, suspicion
from services.partner_postback.known import Known
from services.partner_postback.verdicts import Arrival


@dataclass(frozen=True, slots=True)
class Purchase:
    """What a message says of a line that nobody recorded yet, and what is known of it."""

    arrival: Arrival
    message: Message
    click: Click | None
    known: Known

    def holds(self, conversion_id: UUID) -> Iterable[Hold]:
        """Answer, one after the other, what keeps it from being recorded."""
        message = self.message
        if not opens(message):
            is_report = message.amount is not None and message.basis is Basis.TOTAL
            yield Hold.NO_CLICK if is_report and not message.click_id else Hold.UNKNOWN_ORDER
            return
        yield from attribute(self._ordered_at, self.click, self._store, self.arrival.partner_id)
        if (message.click_id, message.category) in self.known.unnamed:
            yield Hold.UNKNOWN_CATEGORY
        yield from not_counted(message, self._rate_micro)
        order = (self.arrival.partner_id, message.order_id)
        if message.lines is not None and not self.known.cart(order).is_complete():
            yield Hold.CART_INCOMPLETE
        if is_claimed(self.known.lines_of(order), message.action):
            yield Hold.CLAIMED
        cap_rubles = self.known.caps.get(self._store.store_id) if self._store else None
        if cap_rubles is not None:
            first = self.recorded(conversion_id)
            if crosses_cap(self.known.lines_of(order), first, cap_rubles):
                yield Hold.OVER_CAP
        if self.suspicion() is not None:
            yield Hold.SUSPECTED_FRAUD

    def suspicion(self) -> Suspicion | None:
        """Answer the rule against fraud that holds it, if any does."""
        if not self.known.rules or self.click is None:
            return None
        order = (self.arrival.partner_id, self.message.order_id)
        suspect = Suspect(
            order=order,
            click_id=self.message.click_id or "",
            clicked_at=self.click.clicked_at,
            ordered_at=self._ordered_at,
            received_at=self.arrival.request.received_at,
            buyer_address=self.message.buyer_address,
            clicks=[one.click_id for one in self.known.lines_of(order)],
            recent=self.known.recent.get(self.click.member_id, {}).items(),
            own_ranges=self.known.own_ranges.get(self.arrival.partner_id, ()),
        )
        return suspicion(self.known.rules, suspect)

    def recorded(self, conversion_id: UUID) -> Conversion:
        """Answer the conversion that it becomes; its rate and its click are fixed now."""
        message, click, store, rate_micro = self.message, self.click, self._store, self._rate_micro
        assert click is not None
        assert store is not None
        assert message.click_id is not None
        assert message.amount is not None
        assert rate_micro is not None
        first = Conversion(
            conversion_id=conversion_id,
            partner_id=self.arrival.partner_id,
            order_id=message.order_id,
            line_id=message.line_id,
            action=message.action,
            store_id=store.store_id,
            member_id=click.member_id,
            click_id=message.click_id,
            clicked_at=click.clicked_at,
            currency=message.amount.currency,
            rate_micro=rate_micro,
            state=ConversionState(ordered_at=self._ordered_at),
            version=1,
            receipt_id=self.arrival.receipt_id,
        )
        return replace(first, state=self.known.state_of(first, message))

    @property
    def _ordered_at(self) -> datetime:
        return self.message.ordered_at or self.arrival.request.received_at

    @property
    def _store(self) -> Store | None:
        return self.known.stores.get(self.click.store_number) if self.click else None

    @property
    def _rate_micro(self) -> int | None:
        assert self.message.amount is not None
        return exchange_rate(self.message.amount.currency, self.known.exchange_rates)
