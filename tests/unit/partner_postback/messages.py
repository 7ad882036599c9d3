"""Messages of one order line with sensible defaults, and how chance draws them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

from hypothesis import strategies as st

from services.partner_postback.domain.algebra import Basis, Message, Says
from shared.money import Money

ORDERED_AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def rubles(amount: int) -> Money:
    return Money(amount * 100, "RUB")


def says(what: str, *, after: int = 0, **changes: Any) -> Message:
    """A message `after` minutes after the order; reports are complete."""
    complete = {"click_id": "c" * 64, "amount": rubles(1000), "ordered_at": ORDERED_AT}
    fields = {
        "order_id": "A-1",
        "line_id": "1",
        "action": "sale",
        "says": Says(what),
        "status_at": ORDERED_AT + timedelta(minutes=after),
        **(complete if what == "reported" else {}),
        **changes,
    }
    if what == "returned" and "amount" in changes:
        fields.setdefault("basis", Basis.LESS)
    return Message(**fields)


def perhaps(choices: Sequence[Any]) -> list[Any]:
    """Each of them, and as often as all of them together none."""
    return [*choices, *([None] * len(choices))]


def one_of_each(*choices: Sequence[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """One of each, drawn at once: a draw costs more than all that is made of it."""
    return st.sampled_from(list(product(*choices)))
