"""The plain form, GET or POST, for partners that cannot sign: the JSON's fields as parameters."""

from marshmallow import validate

from services.partner_postback.domain.algebra import Message, Says
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
    of_return,
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
    amount_left = decimal_text(load_default=None)
    event_id = KeyText(load_default=None, longest=LONGEST_ID)
    lines = Text(load_default=None, validate=validate.Regexp(r"[1-9][0-9]{0,2}\Z"))
    buyer_address = Text(load_default=None, longest=45)


_SCHEMA = FormSchema()


def read(request: RawRequest) -> Message:
    """Answer the message of a plain form; raises Refused."""
    sent = {name: value for name, value in request.parameters().items() if value}
    sent.pop("token", None)
    said = load(_SCHEMA, sent)
    said["says"] = Says(said.pop("status"))
    currency, left = said.pop("currency"), said.pop("amount_left")
    said["amount"] = decimal_money(said["amount"], currency, ("amount", "currency"))
    said["lines"] = said["lines"] and int(said["lines"])
    return Message(**of_return(said, decimal_money(left, currency, ("amount_left", "currency"))))
