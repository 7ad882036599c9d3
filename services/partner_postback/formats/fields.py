"""What the formats share in reading: a schema's faults as one refusal, decimal sums, moments."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError

from services.partner_postback.domain.algebra import Basis, Says
from services.partner_postback.formats.request import Code, Refused
from shared.json_body import MalformedJson, read_json
from shared.money import (
    LARGEST_SAID_MINOR,
    InvalidAmount,
    Money,
    UnknownCurrency,
    parse_money,
)
from shared.problems import field_faults
from shared.schemas import Text

LONGEST_ID = 255
# Longer than any click id of ours: a wrong one is held and shown, not refused.
LONGEST_CLICK_ID = 255
LONGEST_ACTION = 64
LONGEST_CATEGORY = 100
LONGEST_REASON = 500
LONGEST_DECIMAL = 40
MOST_LINES = 1_000
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class KeyText(Text):
    """A part of an order line's key: what looks alike must be alike, for people and for readers."""

    def _deserialize(
        self,
        value: Any,
        attr: str | None,
        data: Mapping[str, Any] | None,
        **kwargs: Any,
    ) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if fault := key_fault(text):
            raise ValidationError(fault)
        return text


def key_fault(text: str) -> str | None:
    """Answer why a text cannot be part of an order line's key, or None when it can."""
    if _CONTROL.search(text):
        return "It has a control character or a line break."
    if text != text.strip():
        return "It begins or ends with white space."
    return None


def read_document(raw: bytes, name: str | None = None, within: str = "") -> object:
    """Read JSON; raises Refused that names the field at fault, or `name` when the whole is.

    `within`: what the field's path begins with, when the JSON is itself the value of a parameter.
    """
    try:
        return read_json(raw)
    except MalformedJson as fault:
        path = within + fault.field if fault.field else name
        why = f"{path}: {fault}" if path else str(fault)
        raise Refused(Code.MALFORMED_JSON, why, path) from None


def load(schema: Schema, sent: object) -> dict[str, Any]:
    """Answer the fields of a message; raises Refused that names each wrong one."""
    try:
        return dict(schema.load(sent))  # type: ignore[arg-type]
    except ValidationError as fault:
        faults = field_faults(fault.messages)
        why = "; ".join(f"{one['field'] or 'body'}: {one['message']}" for one in faults[:5])
        raise Refused(Code.INVALID_FIELDS, why, faults[0]["field"] or None) from None


def decimal_money(text: str | None, currency: str | None, names: tuple[str, str]) -> Money | None:
    """Answer the sum of a decimal text and its currency; `names`: what the format calls them."""
    if text is None:
        return None
    if currency is None:
        raise Refused(Code.INVALID_FIELDS, f"{names[1]}: Needed with {names[0]}.", names[1])
    return checked_money(lambda: parse_money(text, currency), names)


def checked_money(make: Any, names: tuple[str, str]) -> Money:
    """Answer the sum that `make` builds; raises Refused that names the amount or the currency."""
    try:
        money: Money = make()
    except InvalidAmount as fault:
        raise Refused(Code.INVALID_AMOUNT, f"{names[0]}: {fault}", names[0]) from None
    except UnknownCurrency as fault:
        raise Refused(Code.UNKNOWN_CURRENCY, f"{names[1]}: {fault}", names[1]) from None
    if money.amount_minor > LARGEST_SAID_MINOR:
        why = f"{names[0]}: It must not be more than {LARGEST_SAID_MINOR} minor units."
        raise Refused(Code.INVALID_AMOUNT, why, names[0])
    return money


def of_return(said: dict[str, Any], left: Money | None) -> dict[str, Any]:
    """Answer what is said with the basis of its amount: a return names what came back, or is left.

    Raises Refused when it names both, or when something else than a return names what is left.
    """
    if left is not None:
        if said["says"] is not Says.RETURNED or said["amount"] is not None:
            why = "amount_left: Only a return has it, instead of its amount."
            raise Refused(Code.INVALID_FIELDS, why, "amount_left")
        return {**said, "amount": left}
    is_change = said["says"] is Says.RETURNED and said["amount"] is not None
    return {**said, "basis": Basis.LESS if is_change else Basis.TOTAL}


def decimal_text(**options: Any) -> Text:
    """Answer the field of an amount written as decimal text."""
    return Text(longest=LONGEST_DECIMAL, **options)
