"""What three sides say of an order, with sensible defaults."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from services.partner_postback.domain.algebra import Message, Status, covers, fold, names_no_line
from services.partner_postback.formats.request import Source
from services.partner_postback.match.sides import Line, Order, Statement
from services.partner_postback.verdicts import Verdict
from tests.unit.partner_postback.messages import ORDERED_AT, says

PUSH, PULL, FILE = Source.PUSH, Source.PULL, Source.FILE
CLICK = "c" * 64


def said(
    source: Source,
    what: str,
    *,
    verdict: str = "accepted",
    receipt_id: UUID | None = None,
    **fields: Any,
) -> Statement:
    """What a side says a minute after the order."""
    message = says(what, **fields)
    at = ORDERED_AT + timedelta(minutes=1)
    return Statement(source, receipt_id or uuid4(), at, Verdict(verdict), message)


def recorded(statements: Sequence[Statement]) -> list[Line]:
    """The conversions that the accepted of these statements made."""
    accepted = [one.said for one in statements if one.verdict is Verdict.ACCEPTED]
    own = [one for one in accepted if not names_no_line(one)]
    keys = sorted({(one.line_id, one.action) for one in own})
    whole = [one for one in accepted if names_no_line(one)]
    return [_line(key, own, whole) for key in keys]


def _line(key: tuple[str, str], own: Sequence[Message], whole: Sequence[Message]) -> Line:
    about = [one for one in own if (one.line_id, one.action) == key]
    state = fold([*about, *(one for one in whole if covers(one, key[1]))])
    return Line(
        conversion_id=uuid4(),
        line_id=key[0],
        action=key[1],
        status=state.status,
        paid_minor=state.paid_minor or 0,
        currency=next((one.amount.currency for one in about if one.amount), "RUB"),
        category=state.category,
        click_id=next((one.click_id for one in about if one.click_id), CLICK),
        ordered_at=state.ordered_at or ORDERED_AT,
    )


def order(*statements: Statement, lines: Sequence[Line] | None = None) -> Order:
    """An order of which all this was said; recorded is what was accepted."""
    return Order("A-1", statements, recorded(statements) if lines is None else lines)


def line(**fields: Any) -> Line:
    """A recorded line of 1 000 rubles."""
    return Line(
        **{
            "conversion_id": uuid4(),
            "line_id": "1",
            "action": "sale",
            "status": Status.REPORTED,
            "paid_minor": 100_000,
            "currency": "RUB",
            "category": None,
            "click_id": CLICK,
            "ordered_at": ORDERED_AT,
            **fields,
        }
    )
