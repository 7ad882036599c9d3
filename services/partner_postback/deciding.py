"""Decides, in memory, what becomes of each request of a batch: accepted, duplicate, held, refused.

A batch is decided in order of arrival, each request seeing what those before it changed, so that a
batch of any size gives the same verdicts as the same requests one by one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

import msgspec

from services.partner_postback.domain.algebra import (
    Basis,
    ConversionState,
    Message,
    covers,
    fold,
    names_no_line,
    opens,
)
from services.partner_postback.domain.attribution import (
    Click,
    Conversion,
    Hold,
    attribute,
    conversion_id_of,
    exchange_rate,
    order_id_of,
)
from services.partner_postback.domain.conflicts import (
    conflict_of_order,
    conflicts,
    in_its_currency,
    not_counted,
)
from services.partner_postback.formats.request import Code, Refused
from services.partner_postback.sentences import WHAT_IT_DID, Effect, of_news, of_repeat
from services.partner_postback.verdicts import (
    Arrival,
    Cart,
    CartLine,
    Held,
    Known,
    Outcome,
    Taken,
    Verdict,
    held,
    refused,
)
from shared.money import InvalidAmount


@dataclass(slots=True)
class Deciding:
    """A batch being decided: what is known, and what is to be written in the end."""

    known: Known
    clicks: Mapping[str, Click | None]
    now: datetime
    changes: list[Conversion] = field(default_factory=list)
    messages: list[Taken] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    cart_lines: list[CartLine] = field(default_factory=list)

    def take(self, arrival: Arrival) -> Outcome:
        """Decide on what a request says."""
        message = arrival.said
        if isinstance(message, Refused):
            return refused(arrival, message)
        try:
            if names_no_line(message):
                return self._take_of_order(arrival, message)
            return self._take_of_line(
                arrival, message, conversion_id_of(arrival.partner_id, message)
            )
        except InvalidAmount as fault:  # of a sum whose currency only the conversion names
            return refused(arrival, Refused(Code.INVALID_AMOUNT, f"amount: {fault}", "amount"))

    def _take_of_order(self, arrival: Arrival, message: Message) -> Outcome:
        lines = self._lines_of(arrival.partner_id, message)
        if len(lines) == 1 and (message.amount or message.amount_text):
            return self._take_of_line(arrival, message, lines[0].conversion_id)
        hold = Hold.UNKNOWN_ORDER if not lines else conflict_of_order(message, lines)
        if hold is not None and hold not in arrival.waived:
            return self._hold(arrival, message, conversion_id_of(arrival.partner_id, message), hold)
        # That its amount is the sum of its lines, or a clerk has seen that it is not, says no more.
        status_only = msgspec.structs.replace(message, amount=None, amount_text=None)
        return self._take_in_for_order(arrival, status_only, lines)

    def _take_of_line(self, arrival: Arrival, message: Message, conversion_id: UUID) -> Outcome:
        before = self.known.conversions.get(conversion_id)
        if before is not None:
            message = in_its_currency(message, before.currency)
        hold = next(
            (one for one in self._holds(arrival, message, before) if one not in arrival.waived),
            None,
        )
        if hold is not None:
            return self._hold(arrival, message, conversion_id, hold)
        verdict, code, why = self._take_in(arrival, message, conversion_id, before)
        return Outcome(arrival.receipt_id, verdict, code, why, conversion_id=conversion_id)

    def _holds(
        self, arrival: Arrival, message: Message, before: Conversion | None
    ) -> Iterable[Hold]:
        """Answer, one after the other, what keeps a message from counting."""
        if before is not None:
            yield from conflicts(message, before)
            return
        if not opens(message):
            is_report = message.amount is not None and not message.click_id
            yield (
                Hold.NO_CLICK if is_report and message.basis is Basis.TOTAL else Hold.UNKNOWN_ORDER
            )
            return
        click = self._click(message)
        store = self.known.stores.get(click.store_number) if click else None
        ordered_at = message.ordered_at or arrival.request.received_at
        yield from attribute(ordered_at, click, store, arrival.partner_id)
        yield from not_counted(message, self._exchange_rate(message))
        if message.lines is not None and not self._cart(arrival, message).is_complete():
            yield Hold.CART_INCOMPLETE

    def _hold(self, arrival: Arrival, message: Message, conversion_id: UUID, hold: Hold) -> Outcome:
        click = self._click(message)
        waiting = Held(
            receipt_id=arrival.receipt_id,
            code=hold,
            partner_id=arrival.partner_id,
            order_id=message.order_id,
            store_number=click.store_number if click else None,
            currency=message.amount.currency if message.amount else None,
            conversion_id=conversion_id,
            since=arrival.request.received_at,
        )
        self.held.append(waiting)
        return held(arrival, hold)

    def _take_in(
        self, arrival: Arrival, message: Message, conversion_id: UUID, before: Conversion | None
    ) -> tuple[Verdict, str, str]:
        said = self.known.messages.setdefault(conversion_id, set())
        if message in said:
            assert before is not None
            return Verdict.DUPLICATE, *of_repeat(message, before.state)
        if message.only_first_counts and any(one.says is message.says for one in said):
            effect = Effect.CONVERSION_EXISTS
            return Verdict.DUPLICATE, effect, WHAT_IT_DID[effect]
        said.add(message)
        self.messages.append(Taken(conversion_id, arrival.receipt_id, message))
        if before is None:
            first = self._first(arrival, message, conversion_id)
            self._change(first)
            return Verdict.ACCEPTED, *of_news(Effect.RECORDED, message, first.state)
        return Verdict.ACCEPTED, *self._refold(arrival, message, [before])

    def _take_in_for_order(
        self, arrival: Arrival, message: Message, lines: Sequence[Conversion]
    ) -> Outcome:
        subject_id = order_id_of(arrival.partner_id, message.order_id)
        said = self.known.messages.setdefault(subject_id, set())
        if message in said:
            verdict, (code, why) = Verdict.DUPLICATE, of_repeat(message, lines[0].state)
        else:
            said.add(message)
            self.messages.append(Taken(subject_id, arrival.receipt_id, message))
            verdict, (code, why) = Verdict.ACCEPTED, self._refold(arrival, message, lines)
        first = lines[0].conversion_id
        return Outcome(arrival.receipt_id, verdict, code, why, conversion_id=first)

    def _refold(
        self, arrival: Arrival, message: Message, lines: Sequence[Conversion]
    ) -> tuple[Effect, str]:
        """Fold each line again, and answer what the message did to them."""
        effect, state = Effect.UNCHANGED, lines[0].state
        for before in lines:
            after = self._state(before.conversion_id, before)
            if after != before.state:
                effect, state = Effect.CHANGED, after
                version, receipt_id = before.version + 1, arrival.receipt_id
                self._change(replace(before, state=after, version=version, receipt_id=receipt_id))
        return of_news(effect, message, state)

    def _state(self, conversion_id: UUID, line: Conversion) -> ConversionState:
        of_order = self.known.messages.get(order_id_of(line.partner_id, line.order_id), ())
        about = [one for one in of_order if covers(one, line.action)]
        state = fold([*self.known.messages[conversion_id], *about])
        return replace(state, ordered_at=state.ordered_at or line.state.ordered_at)

    def _change(self, after: Conversion) -> None:
        self.known.conversions[after.conversion_id] = after
        self.changes.append(after)

    def _first(self, arrival: Arrival, message: Message, conversion_id: UUID) -> Conversion:
        click, rate_micro = self._click(message), self._exchange_rate(message)
        assert click is not None
        assert message.click_id is not None
        assert message.amount is not None
        assert rate_micro is not None
        first = Conversion(
            conversion_id=conversion_id,
            partner_id=arrival.partner_id,
            order_id=message.order_id,
            line_id=message.line_id,
            action=message.action,
            store_id=self.known.stores[click.store_number].store_id,
            member_id=click.member_id,
            click_id=message.click_id,
            clicked_at=click.clicked_at,
            currency=message.amount.currency,
            rate_micro=rate_micro,
            state=ConversionState(ordered_at=arrival.request.received_at),
            version=1,
            receipt_id=arrival.receipt_id,
        )
        return replace(first, state=self._state(conversion_id, first))

    def _lines_of(self, partner_id: str, message: Message) -> list[Conversion]:
        found = (
            one
            for one in self.known.conversions.values()
            if (one.partner_id, one.order_id) == (partner_id, message.order_id)
            and covers(message, one.action)
        )
        return sorted(found, key=lambda one: (one.line_id, one.action))

    def _cart(self, arrival: Arrival, message: Message) -> Cart:
        """Answer the cart of a line, which has now seen it."""
        key = (arrival.partner_id, message.order_id)
        cart = self.known.carts.setdefault(key, Cart())
        if message.line_id not in cart.seen:
            lines = message.lines or 0
            cart.seen.add(message.line_id)
            cart.lines = max(cart.lines, lines)
            self.cart_lines.append(CartLine(*key, message.line_id, lines))
        return cart

    def _click(self, message: Message) -> Click | None:
        return self.clicks[message.click_id] if message.click_id else None

    def _exchange_rate(self, message: Message) -> int | None:
        assert message.amount is not None
        return exchange_rate(message.amount.currency, self.known.exchange_rates)
