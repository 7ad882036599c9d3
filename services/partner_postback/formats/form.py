"""The plain form, GET or POST, for partners that cannot sign: the JSON's fields as parameters."""

from marshmallow import validate

from services.partner_postback.domain import Message, Says
from services.partner_postback.formats.fields import (
    LONGEST_ACTION,
    LONGEST_CATEGORY,
    LONGEST_CLICK_ID,
    LONGEST_ID,
    LONGEST_REASON,
    KeyText,
    decimal_money,
    decimal_text,
    load,
)
from services.partner_postback.formats.request import RawRequest
from shared.schemas import Moment, StrictSchema, Text


class FormSchema(StrictSchema):
    """One message about one line of an order, as parameters; blank ones count as not sent."""

    order_id = KeyText(required=True, longest=LONGEST_ID)
    line_id = KeyText(load_default="", longest=LONGEST_ID)
    action = KeyText(load_default="sale", longest=LONGEST_ACTION)
    status = Text(required=True, validate=validate.OneOf([one.value for one in Says]))
    status_at = Moment(required=True)
    click_id = Text(load_default=None, longest=LONGEST_CLICK_ID)
    amount = decimal_text(load_default=None)
    currency = Text(load_default=None, longest=3)
    category = Text(load_default=None, longest=LONGEST_CATEGORY)
    ordered_at = Moment(load_default=None)
    reason = Text(load_default=None, longest=LONGEST_REASON)


_SCHEMA = FormSchema()


def read(request: RawRequest) -> Message:
    """Answer the message of a plain form; raises Refused."""
    said = load(_SCHEMA, request.parameters())
    said["says"] = Says(said.pop("status"))
    said["amount"] = decimal_money(said["amount"], said.pop("currency"), ("amount", "currency"))
    return Message(**said)
