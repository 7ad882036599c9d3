"""What each side says of an order: its messages, and what they add up to on their own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from services.partner_postback.domain.algebra import Message, Says, Status, fold
from services.partner_postback.domain.conflicts import in_its_currency
from services.partner_postback.formats.request import Source
from services.partner_postback.verdicts import Verdict
from shared.money import InvalidAmount, UnknownCurrency


class Field(StrEnum):
    """What is compared: what money hangs on.

    The time of an order is not: clocks differ, files often know the day alone, and once an order
    is recorded nothing hangs on it.
    """

    STATUS = "status"
    AMOUNT = "amount_minor"
    CURRENCY = "currency"
    CATEGORY = "category"
    CLICK = "click_id"


class Statement(msgspec.Struct, frozen=True):
    """A message as it was read, whatever its verdict, and the receipt of it."""

    source: Source
    receipt_id: UUID
    received_at: datetime
    verdict: Verdict
    said: Message


class Line(msgspec.Struct, frozen=True):
    """A line as it is recorded: its conversion."""

    conversion_id: UUID
    line_id: str
    action: str
    status: Status
    paid_minor: int
    currency: str
    category: str | None
    click_id: str
    ordered_at: datetime


class Order(msgspec.Struct, frozen=True):
    """All that was said of an order, and its lines as they are recorded.

    `is_cut`: there were more messages than a report looks at.
    """

    order_id: str
    statements: Sequence[Statement]
    lines: Sequence[Line]
    is_cut: bool = False


# What is read of a line or of an order, whoever said it.
Said = Sequence[Statement]


@dataclass(frozen=True, slots=True)
class Values:
    """What stands on one side, or counts; None: nothing is said of it."""

    status: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    category: str | None = None
    click_id: str | None = None

    def of(self, field: Field) -> str | int | None:
        """Answer the value of a field."""
        value: str | int | None = getattr(self, field)
        return value


def values_of(messages: Iterable[Message], currency: str | None = None) -> Values:
    """Answer what messages add up to when nobody else had said anything.

    `reported` is no status yet: who has not heard of a decision contradicts nobody. A change of an
    amount whose whole was never said has none. `currency`: of amounts that come without.

    Example: reported 1 000 rubles, then 300 came back: no status, 700 rubles.
    """
    said = list(messages)
    currency = next((one.amount.currency for one in said if one.amount), currency)
    state = fold([_with_currency(one, currency) for one in said])
    clicks = (one.click_id for one in said if one.click_id and not one.ignores_click)
    return Values(
        status=_decided(state.status),
        amount_minor=state.paid_minor,
        currency=currency if state.paid_minor is not None else None,
        category=state.category,
        click_id=next(clicks, None),
    )


def counted(line: Line) -> Values:
    """Answer the values that count: those of the conversion."""
    return Values(
        _decided(line.status), line.paid_minor, line.currency, line.category, line.click_id
    )


def sum_of(lines: Sequence[Values | None]) -> Values | None:
    """Answer the sum of lines, or None when one of them is not known or in another currency."""
    known = [one for one in lines if one is not None and one.amount_minor is not None]
    if len(known) < len(lines) or len({one.currency for one in known}) != 1:
        return None
    return Values(None, sum(one.amount_minor or 0 for one in known), known[0].currency)


def status_only(message: Message) -> Message:
    """Answer what a message about a whole order says of each of several lines: no amount."""
    return msgspec.structs.replace(message, amount=None, amount_text=None)


def says_of_each_line(statement: Statement) -> bool:
    """Answer whether a statement about a whole order says something of each of several lines.

    That a part of an order came back does not say of which line; when it was all of it, it does.
    """
    said = statement.said
    is_part = said.says is Says.RETURNED and (said.amount or said.amount_text)
    return not is_part or statement.verdict is Verdict.ACCEPTED


def _decided(status: Status) -> str | None:
    return None if status is Status.REPORTED else status.value


def _with_currency(message: Message, currency: str | None) -> Message:
    try:
        return in_its_currency(message, currency) if currency else message
    except (InvalidAmount, UnknownCurrency):
        return message  # it was refused for that
