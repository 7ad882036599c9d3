"""A purchase that is not recorded yet: what keeps it from that, and the conversion it becomes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.partner_postback.domain.algebra import Basis, ConversionState, Message, opens
from services.partner_postback.domain.attribution import (
    Click,
    Conversion,
    Hold,
    Store,
    attribute,
    exchange_rate,
)
from services.partner_postback.domain.conflicts import not_counted
from services.partner_postback.known import Known
from services.partner_postback.verdicts import Arrival


@dataclass(frozen=True, slots=True)
class Purchase:
    """What a message says of a line that nobody recorded yet, and what is known of it."""

    arrival: Arrival
    message: Message
    click: Click | None
    known: Known

    def holds(self) -> Iterable[Hold]:
        """Answer, one after the other, what keeps it from being recorded."""
        message = self.message
        if not opens(message):
            is_report = message.amount is not None and message.basis is Basis.TOTAL
            yield Hold.NO_CLICK if is_report and not message.click_id else Hold.UNKNOWN_ORDER
            return
        yield from attribute(self._ordered_at, self.click, self._store, self.arrival.partner_id)
        yield from not_counted(message, self._rate_micro)
        cart = self.known.cart((self.arrival.partner_id, message.order_id))
        if message.lines is not None and not cart.is_complete():
            yield Hold.CART_INCOMPLETE

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
        return replace(first, state=self.known.state_of(first))

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
