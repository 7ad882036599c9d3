"""Awin's transaction notification: POST with one form field that holds JSON, or GET with macros.

It announces only new transactions; what becomes of them is pulled. Its transaction is one line of
ours with Awin's own id. The JSON is Awin's, not ours: fields that we do not need are let through.

`transactionDate` ("2013-06-13 12:05:00") names no zone. It is taken as UTC, for so Awin documents
its notification; only its pull API answers in a zone that the asker names. Were it ever local time
behind UTC, orders would be held as `order_before_click` for everybody to see, not earn unnoticed.
"""

import re
from datetime import UTC, datetime

from marshmallow import EXCLUDE, Schema, fields, validate

from services.partner_postback.domain import Message, Says
from services.partner_postback.formats.fields import (
    LONGEST_CATEGORY,
    LONGEST_CLICK_ID,
    LONGEST_ID,
    KeyText,
    decimal_money,
    decimal_text,
    load,
    read_document,
)
from services.partner_postback.formats.request import Code, RawRequest, Refused
from shared.schemas import ShortList, Text

NAMES = {
    "click_id": "clickRef",
    "order_id": "transactionId",
    "amount": "transactionAmount",
    "ordered_at": "transactionDate",
    "status_at": "transactionDate",
}
_FIELD = "AwinTransactionPush"
_GROUPS = "commissionGroups"
_MOST_GROUPS = 100
_DATE = "%Y-%m-%d %H:%M:%S"


class _TheirSchema(Schema):
    class Meta:
        unknown = EXCLUDE


class GroupSchema(_TheirSchema):
    """A commission group, which the store sets up by kind of goods."""

    code = Text(load_default=None, allow_none=True, longest=LONGEST_CATEGORY)


class AwinSchema(_TheirSchema):
    """What we need of a transaction; all values are texts."""

    transactionId = KeyText(required=True, longest=LONGEST_ID)  # noqa: N815 - Awin's names
    transactionDate = Text(  # noqa: N815
        required=True,
        validate=validate.Regexp(
            re.compile(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\Z", re.ASCII), error="Not a date and time."
        ),
    )
    transactionCurrency = Text(required=True, longest=3)  # noqa: N815
    transactionAmount = decimal_text(required=True)  # noqa: N815
    clickRef = Text(required=True, longest=LONGEST_CLICK_ID)  # noqa: N815
    commissionGroups = ShortList(  # noqa: N815
        fields.Nested(GroupSchema), most=_MOST_GROUPS, load_default=[]
    )


_SCHEMA = AwinSchema()


def read(request: RawRequest) -> Message:
    """Answer the report of one transaction; raises Refused."""
    said = load(_SCHEMA, _fields(request))
    date = _date(said["transactionDate"])
    names = ("transactionAmount", "transactionCurrency")
    return Message(
        order_id=said["transactionId"],
        line_id="",
        action="sale",
        says=Says.REPORTED,
        status_at=date,
        click_id=said["clickRef"],
        amount=decimal_money(said["transactionAmount"], said["transactionCurrency"], names),
        category=_category(said["commissionGroups"]),
        ordered_at=date,
    )


def _fields(request: RawRequest) -> object:
    sent = request.parameters()
    if _FIELD in sent:
        return _pushed(sent[_FIELD])
    for name, value in sent.items():
        if value.startswith("!!!") and value.endswith("!!!"):
            raise Refused(
                Code.MACRO_NOT_REPLACED, f"{name}: Awin left {value[:50]} as it was.", name
            )
    if _GROUPS not in sent:
        return sent
    # By GET the list is JSON inside its parameter.
    groups = read_document(sent[_GROUPS].encode(), _GROUPS, f"{_GROUPS}.")
    return {**sent, _GROUPS: groups}


def _pushed(text: str) -> dict[str, object]:
    pushed = read_document(text.encode(), _FIELD)
    if not isinstance(pushed, dict):
        raise Refused(Code.INVALID_FIELDS, f"{_FIELD}: Not a JSON object.", _FIELD)
    return pushed


def _date(text: str) -> datetime:
    try:
        return datetime.strptime(text, _DATE).replace(tzinfo=UTC)
    except ValueError:
        why = "transactionDate: There is no such day or hour."
        raise Refused(Code.INVALID_FIELDS, why, "transactionDate") from None


def _category(groups: list[dict[str, str | None]]) -> str | None:
    # Several groups mix kinds of goods in one sum: no single category's rate would be right.
    return groups[0]["code"] if len(groups) == 1 else None
