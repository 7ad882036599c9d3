"""Admitad's postback to a publisher: GET or POST with macros, under the names of our template.

Template: `…/admitad?token=KEY&subid=[[[subid]]]&action_id=[[[admitad_id]]]&order_id=[[[order_id]]]
&order_sum=[[[order_sum]]]&currency=[[[currency]]]&status=[[[payment_status]]]&time=[[[time]]]
&type=[[[type]]]`. It signs nothing, hence the token and the IP list.

It has no macro for the moment of a status: `time` is the order's, `click_time` the click's and
`conversion_time` the seconds between the two. So all messages of an action carry one moment, and
the rank of the statuses orders them (domain.fold): `declined` outranks `approved`, even when the
network approved it again. Such an approval is answered with the code `overruled`. What makes it
count is a message with a later `status_at`, by the plain form or our own format, under the same
order_id, line_id (action_id) and action (type).
"""

from marshmallow import validate

from services.partner_postback.domain import Message, Says
from services.partner_postback.formats.fields import (
    LONGEST_ACTION,
    LONGEST_CLICK_ID,
    LONGEST_ID,
    LONGEST_REASON,
    KeyText,
    UnixTime,
    decimal_money,
    decimal_text,
    load,
)
from services.partner_postback.formats.request import Code, RawRequest, Refused
from shared.schemas import StrictSchema, Text

NAMES = {
    "click_id": "subid",
    "amount": "order_sum",
    "ordered_at": "time",
    "status_at": "time",
    "line_id": "action_id",
    "action": "type",
}
# The words of the statistics API, and the numbers of the event codes. `approved_but_stalled`: the
# advertiser has no funds, so the purchase is confirmed but nobody has paid us yet.
_STATUSES = {
    "new": Says.REPORTED,
    "pending": Says.REPORTED,
    "approved": Says.APPROVED,
    "declined": Says.DECLINED,
    "approved_but_stalled": Says.APPROVED_UNFUNDED,
    "5": Says.REPORTED,
    "8": Says.REPORTED,
    "6": Says.APPROVED,
    "7": Says.DECLINED,
}
_NOT_NEEDED = (
    "offer_id", "offer_name", "website_id", "website_name", "payment_sum", "reward_ready",
    "click_time", "conversion_time", "action_ip", "user_agent",
    "subid1", "subid2", "subid3", "subid4",
)  # fmt: skip


class AdmitadSchema(StrictSchema):
    """The parameters of our template."""

    subid = Text(required=True, longest=LONGEST_CLICK_ID)
    order_id = KeyText(required=True, longest=LONGEST_ID)
    action_id = KeyText(load_default="", longest=LONGEST_ID)
    type = KeyText(load_default="sale", longest=LONGEST_ACTION)
    order_sum = decimal_text(load_default=None)
    currency = Text(load_default=None, longest=3)
    status = Text(required=True, validate=validate.OneOf(_STATUSES))
    time = UnixTime(required=True)
    reason = Text(load_default=None, longest=LONGEST_REASON)


_SCHEMA = AdmitadSchema()


def read(request: RawRequest) -> Message:
    """Answer the message of one postback; raises Refused."""
    sent = request.parameters()
    for name, value in sent.items():
        if value.startswith("[[[") and value.endswith("]]]"):
            raise Refused(
                Code.MACRO_NOT_REPLACED, f"{name}: Admitad left {value[:50]} as it was.", name
            )
    for name in _NOT_NEEDED:
        sent.pop(name, None)
    said = load(_SCHEMA, sent)
    names = ("order_sum", "currency")
    return Message(
        order_id=said["order_id"],
        line_id=said["action_id"],
        action=said["type"],
        says=_STATUSES[said["status"]],
        status_at=said["time"],
        click_id=said["subid"],
        amount=decimal_money(said["order_sum"], said["currency"], names),
        ordered_at=said["time"],
        reason=said["reason"],
    )
