"""What a rule against fraud may say: each kind has its own settings; a fault names the field."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.partner_postback.domain.fraud import Kind
from services.partner_postback.partners import ip_range
from shared.schemas import Moment, ShortList, StrictSchema, Text, Truth, Whole

_A_DAY_SECONDS = 24 * 3600
_MOST_HOURS = 24 * 30
_MOST_ORDERS = 900
_MOST_RANGES = 1_000


def _check_range(text: str) -> None:
    try:
        ip_range(text)
    except ValueError as fault:
        raise ValidationError(str(fault)) from None


class NoSettings(StrictSchema):
    """Nothing to set."""


class TooShortSettings(StrictSchema):
    """How soon after its click an order is suspicious."""

    seconds = Whole(required=True, lowest=1, highest=_A_DAY_SECONDS)


class VelocitySettings(StrictSchema):
    """How many orders of a member within how many hours are still believed."""

    orders = Whole(required=True, lowest=1, highest=_MOST_ORDERS)
    hours = Whole(required=True, lowest=1, highest=_MOST_HOURS)


class IpListSettings(StrictSchema):
    """Addresses and ranges that buyers are suspicious at."""

    ranges = ShortList(
        Text(longest=50, validate=_check_range), most=_MOST_RANGES, fewest=1, required=True
    )


SETTINGS: Mapping[Kind, Schema] = {
    Kind.SAME_ORDER_TWO_CLICKS: NoSettings(),
    Kind.CLICK_TO_ORDER_TOO_SHORT: TooShortSettings(),
    Kind.MEMBER_VELOCITY: VelocitySettings(),
    Kind.OWN_ADDRESS: NoSettings(),
    Kind.IP_LIST: IpListSettings(),
}
_OF_KINDS = (
    "click_to_order_too_short: `seconds`; member_velocity: `orders` and `hours`; ip_list: "
    "`ranges`, a list of addresses and CIDR ranges; the other kinds have none"
)


class RuleSchema(StrictSchema):
    """A rule: what it looks at, its figures, and when it counts."""

    kind = fields.String(required=True, validate=validate.OneOf([one.value for one in Kind]))
    settings = fields.Dict(
        keys=fields.String(), load_default=dict, metadata={"description": _OF_KINDS}
    )
    is_on = Truth(load_default=True)
    valid_from = Moment(
        load_default=None, allow_none=True, metadata={"description": "null: since ever"}
    )
    valid_until = Moment(
        load_default=None,
        allow_none=True,
        metadata={"description": "the first moment it counts no more; null: no end"},
    )

    @validates_schema(skip_on_field_errors=True)
    def _fits_its_kind(self, sent: Mapping[str, Any], **_: Any) -> None:
        faults = SETTINGS[Kind(sent["kind"])].validate(sent["settings"])
        if faults:
            raise ValidationError({"settings": faults})
        if sent["valid_from"] and sent["valid_until"] and sent["valid_from"] >= sent["valid_until"]:
            message = "It ends before it begins."
            raise ValidationError(message, "valid_until")
