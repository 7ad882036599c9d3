"""Our own format, the default: JSON signed by the Standard Webhooks convention.

Amounts are integer minor units, times RFC 3339; a field that is not known is a mistake: refused.
"""

from typing import Any

from marshmallow import fields, validate

from services.partner_postback.domain.algebra import Message, Says
from services.partner_postback.formats.fields import (
    LONGEST_ACTION,
    LONGEST_CATEGORY,
    LONGEST_CLICK_ID,
    LONGEST_ID,
    LONGEST_REASON,
    MOST_LINES,
    KeyText,
    checked_money,
    load,
    of_return,
    read_document,
)
from services.partner_postback.formats.request import RawRequest
from shared.money import LARGEST_SAID_MINOR, Money
from shared.schemas import Moment, StrictSchema, Text, Whole


class AmountSchema(StrictSchema):
    """A sum in minor units: `{"amount_minor": 259900, "currency": "RUB"}` is 2 599 rubles."""

    amount_minor = Whole(required=True, highest=LARGEST_SAID_MINOR)
    currency = Text(required=True, longest=3, shortest=3, metadata={"description": "ISO 4217"})


class PostbackSchema(StrictSchema):
    """One message about one line of an order."""

    order_id = KeyText(
        required=True,
        longest=LONGEST_ID,
        metadata={
            "description": "as line_id and action: no white space around it, no control characters"
        },
    )
    line_id = KeyText(
        load_default="",
        longest=LONGEST_ID,
        shortest=0,
        metadata={"description": "the line of the order; empty when you report whole orders"},
    )
    action = KeyText(load_default="sale", longest=LONGEST_ACTION)
    status = fields.String(
        required=True,
        validate=validate.OneOf([one.value for one in Says]),
        metadata={"description": "what this message says of the line"},
    )
    status_at = Moment(
        required=True,
        metadata={
            "description": "since when it holds; orders the messages of a line, and tells two "
            "returns of one line apart"
        },
    )
    click_id = Text(
        load_default=None,
        allow_none=True,
        longest=LONGEST_CLICK_ID,
        metadata={"description": "as it came with the visitor; needed by a report"},
    )
    amount = fields.Nested(
        AmountSchema,
        load_default=None,
        allow_none=True,
        metadata={
            "description": "what the line costs now; `returned`: what came back, null for all. "
            "Two returns of one line must differ in `status_at`: an equal one is a repeat, "
            "whatever its webhook-id, and counts once (code `known_return`)"
        },
    )
    category = Text(load_default=None, allow_none=True, longest=LONGEST_CATEGORY)
    ordered_at = Moment(
        load_default=None, allow_none=True, metadata={"description": "needed by a report"}
    )
    reason = Text(load_default=None, allow_none=True, longest=LONGEST_REASON)
    amount_left = fields.Nested(
        AmountSchema,
        load_default=None,
        allow_none=True,
        metadata={"description": "`returned`: what stays paid, instead of what came back"},
    )
    event_id = KeyText(
        load_default=None,
        allow_none=True,
        longest=LONGEST_ID,
        metadata={"description": "your own id of this message; it tells two equal returns apart"},
    )
    lines = Whole(
        load_default=None,
        allow_none=True,
        lowest=1,
        highest=MOST_LINES,
        metadata={
            "description": "how many lines the order has, when each is sent by itself: they wait "
            "for each other"
        },
    )
    buyer_address = Text(
        load_default=None, allow_none=True, longest=45, metadata={"description": "the buyer's IP"}
    )


_LINE = {"order_id": "A-1001", "line_id": "1"}
_PART = {"amount_minor": 300_000, "currency": "RUB"}
# One order as partners are shown it in the API's description, message by message.
SAMPLES: dict[str, dict[str, object]] = {
    "a purchase for 10 000 rubles": {
        **_LINE,
        "status": "reported",
        "status_at": "2026-11-20T10:00:00Z",
        "ordered_at": "2026-11-20T10:00:00Z",
        "click_id": "the-click-id-that-came-with-the-visitor",
        "amount": {"amount_minor": 1_000_000, "currency": "RUB"},
    },
    "its approval": {**_LINE, "status": "approved", "status_at": "2026-11-21T09:00:00Z"},
    "3 000 rubles come back": {
        **_LINE,
        "status": "returned",
        "status_at": "2026-11-22T12:00:00Z",
        "amount": _PART,
    },
    "another 3 000 come back; only a status_at of its own tells it from a repeat": {
        **_LINE,
        "status": "returned",
        "status_at": "2026-11-22T12:00:00.001Z",
        "amount": _PART,
    },
}
_SCHEMA = PostbackSchema()


def read(request: RawRequest) -> Message:
    """Answer the message of a signed JSON body; raises Refused."""
    said = load(_SCHEMA, read_document(request.body))
    said["says"] = Says(said.pop("status"))
    said["amount"] = _money(said["amount"], "amount")
    return Message(**of_return(said, _money(said.pop("amount_left"), "amount_left")))


def _money(amount: dict[str, Any] | None, name: str) -> Money | None:
    if amount is None:
        return None
    return checked_money(
        lambda: Money(amount["amount_minor"], amount["currency"]),
        (f"{name}.amount_minor", f"{name}.currency"),
    )
