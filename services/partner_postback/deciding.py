"""Decides, in memory, what becomes of each request of a batch: accepted, duplicate, held, refused.

A batch is decided in order of arrival, each request seeing what those before it changed, so that a
batch of any size gives the same verdicts as the same requests one by one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from services.partner_postback.domain.algebra import Basis, Message, covers, names_no_line
from services.partner_postback.domain.attribution import (
    Click,
    Conversion,
    Hold,
    OrderKey,
    conversion_id_of,
    crosses_cap,
    order_id_of,
)
from services.partner_postback.domain.conflicts import (
    conflicts,
    conflicts_of_order,
    conflicts_of_sum,
    in_its_currency,
)
from services.partner_postback.formats.request import Code, Refused
from services.partner_postback.known import Known
from services.partner_postback.purchases import Purchase
from services.partner_postback.sentences import WHAT_IT_DID, Effect, of_news, of_repeat
from services.partner_postback.verdicts import (
    Arrival,
    CartLine,
    Held,
    Outcome,
    Taken,
    Verdict,
    held,
    refused,
)
from shared.money import InvalidAmount


@dataclass(slots=True)
class Deciding:
    """A batch being decided: what is known, and what is to be written in the end.

    `woken`: orders of which more is known now, so that what is held of them is tried again.
    """

    known: Known
    clicks: Mapping[str, Click | None]
    now: datetime
    changes: list[Conversion] = field(default_factory=list)
    messages: list[Taken] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    cart_lines: list[CartLine] = field(default_factory=list)
    woken: set[OrderKey] = field(default_factory=set)

    def take(self, arrival: Arrival) -> Outcome:
        """Decide on what a request says."""
        message = arrival.said
        if isinstance(message, Refused):
            return refused(arrival, message)
        try:
            if names_no_line(message):
                return self._take_of_order(arrival, message)
            conversion_id = conversion_id_of(arrival.partner_id, message)
            return self._take_of_line(arrival, message, conversion_id)
        except InvalidAmount as fault:  # of a sum whose currency only the conversion names
            return refused(arrival, Refused(Code.INVALID_AMOUNT, f"amount: {fault}", "amount"))

    def _take_of_order(self, arrival: Arrival, message: Message) -> Outcome:
        every_line = self.known.lines_of(_order(arrival, message))
        lines = [one for one in every_line if covers(message, one.action)]
        order_id = order_id_of(arrival.partner_id, message.order_id)
        if not lines:
            return self._hold(arrival, message, order_id, Hold.UNKNOWN_ORDER)
        message = in_its_currency(message, lines[0].currency)
        alone = self._line_alone(arrival, message, lines)
        if alone is not None:
            return self._take_of_line(arrival, message, alone.conversion_id)
        first = lines[0].conversion_id
        if message in self.known.said_of(order_id):
            code, why = of_repeat(message, lines[0].state)
            return Outcome(arrival.receipt_id, Verdict.DUPLICATE, code, why, conversion_id=first)
        hold = _not_waived(arrival, self._conflicts_of_order(arrival, message, lines))
        if hold is not None:
            return self._hold(arrival, message, order_id, hold)
        self._accept(arrival, message, order_id)
        code, why = self._refold(arrival, message, lines)
        return Outcome(arrival.receipt_id, Verdict.ACCEPTED, code, why, conversion_id=first)

    def _line_alone(
        self, arrival: Arrival, message: Message, lines: Sequence[Conversion]
    ) -> Conversion | None:
        """Answer the line that an amount of the whole order is the amount of, if there is one."""
        for one in lines:
            if message in self.known.said_of(one.conversion_id):
                return one
        if message.amount is None or len(lines) > 1:
            return None
        return None if self.known.more_to_come(_order(arrival, message), message) else lines[0]

    def _conflicts_of_order(
        self, arrival: Arrival, message: Message, lines: Sequence[Conversion]
    ) -> Iterable[Hold]:
        paid_minor = sum(self.known.paid_minor(one, message) for one in lines)
        more_to_come = self.known.more_to_come(_order(arrival, message), message)
        return conflicts_of_order(message, lines, paid_minor, more_to_come=more_to_come)

    def _take_of_line(self, arrival: Arrival, message: Message, conversion_id: UUID) -> Outcome:
        before = self.known.conversions.get(conversion_id)
        if before is not None:
            message = in_its_currency(message, before.currency)
        if message.lines is not None and not names_no_line(message):
            self._see_in_cart(arrival, message, message.lines)
        if before is not None:
            holds = self._conflicts(message, before)
        else:
            holds = self._purchase(arrival, message).holds(conversion_id)
        hold = _not_waived(arrival, holds)
        if hold is not None:
            return self._hold(arrival, message, conversion_id, hold)
        verdict, code, why = self._take_in(arrival, message, conversion_id, before)
        return Outcome(arrival.receipt_id, verdict, code, why, conversion_id=conversion_id)

    def _see_in_cart(self, arrival: Arrival, message: Message, lines: int) -> None:
        """Note that a line came, whatever becomes of it."""
        order = _order(arrival, message)
        cart = self.known.cart(order)
        if message.line_id in cart.seen:
            return
        cart.seen.add(message.line_id)
        cart.lines = max(cart.lines, lines)
        self.cart_lines.append(CartLine(*order, message.line_id, lines))
        if cart.is_complete():
            self.woken.add(order)

    def _conflicts(self, message: Message, before: Conversion) -> Iterable[Hold]:
        yield from conflicts(message, before)
        cap_rubles = self.known.caps.get(before.store_id)
        if cap_rubles is None and message.basis is not Basis.MORE:
            return
        after = replace(before, state=self.known.state_of(before, message))
        yield from conflicts_of_sum(before, after)
        order = self.known.lines_of((before.partner_id, before.order_id))
        if cap_rubles is not None and crosses_cap(order, after, cap_rubles):
            yield Hold.OVER_CAP

    def _hold(self, arrival: Arrival, message: Message, subject_id: UUID, hold: Hold) -> Outcome:
        click = self._click(message)
        is_suspect = hold is Hold.SUSPECTED_FRAUD
        suspicion = self._purchase(arrival, message).suspicion() if is_suspect else None
        waiting = Held(
            receipt_id=arrival.receipt_id,
            code=hold,
            partner_id=arrival.partner_id,
            order_id=message.order_id,
            store_number=click.store_number if click else None,
            currency=message.amount.currency if message.amount else None,
            conversion_id=subject_id,
            since=arrival.request.received_at,
            waived=sorted(arrival.waived),
            rule=suspicion.rule if suspicion else None,
        )
        self.held.append(waiting)
        return held(arrival, hold, suspicion)

    def _take_in(
        self, arrival: Arrival, message: Message, conversion_id: UUID, before: Conversion | None
    ) -> tuple[Verdict, str, str]:
        said = self.known.said_of(conversion_id)
        if message in said:
            assert before is not None
            return Verdict.DUPLICATE, *of_repeat(message, before.state)
        if message.only_first_counts and any(one.says is message.says for one in said):
            effect = Effect.CONVERSION_EXISTS
            return Verdict.DUPLICATE, effect, WHAT_IT_DID[effect]
        self._accept(arrival, message, conversion_id)
        if before is None:
            first = self._purchase(arrival, message).recorded(conversion_id)
            self._change(first)
            self.known.note_order(first.member_id, _order(arrival, message), self.now)
            return Verdict.ACCEPTED, *of_news(Effect.RECORDED, message, first.state)
        return Verdict.ACCEPTED, *self._refold(arrival, message, [before])

    def _accept(self, arrival: Arrival, message: Message, subject_id: UUID) -> None:
        self.known.messages.setdefault(subject_id, set()).add(message)
        self.messages.append(Taken(subject_id, arrival.receipt_id, message))
        self.woken.add(_order(arrival, message))

    def _refold(
        self, arrival: Arrival, message: Message, lines: Sequence[Conversion]
    ) -> tuple[Effect, str]:
        """Fold each line again, and answer what the message did to them."""
        effect, state = Effect.UNCHANGED, lines[0].state
        for before in lines:
            after = self.known.state_of(before)
            if after != before.state:
                effect, state = Effect.CHANGED, after
                version, receipt_id = before.version + 1, arrival.receipt_id
                self._change(replace(before, state=after, version=version, receipt_id=receipt_id))
        return of_news(effect, message, state)

    def _change(self, after: Conversion) -> None:
        self.known.keep(after)
        self.changes.append(after)

    def _purchase(self, arrival: Arrival, message: Message) -> Purchase:
        return Purchase(arrival, message, self._click(message), self.known)

    def _click(self, message: Message) -> Click | None:
        return self.clicks[message.click_id] if message.click_id else None


def _not_waived(arrival: Arrival, holds: Iterable[Hold]) -> Hold | None:
    return next((one for one in holds if one not in arrival.waived), None)


def _order(arrival: Arrival, message: Message) -> OrderKey:
    return arrival.partner_id, message.order_id
