"""What tills and clerks of salons send, strictly, and what they are answered."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from shared.schemas import Moment, Slug, StrictSchema, Text, Truth, Whole

LONGEST_CODE = 40
LONGEST_RECEIPT = 64
HIGHEST_MINOR = 10**9
_GOODS = ("smartphone",)


def _is_unseen(character: str) -> bool:
    # Controls, formats, separators of any kind but the space.
    return character != " " and unicodedata.category(character)[0] in "CZ"


class WrongSalonId(ValueError):
    """The address names something that cannot be a salon's id."""

    code = "invalid_fields"
    field = "salon_id"

    def __init__(self) -> None:
        super().__init__("salon_id: Use a-z, 0-9 and single hyphens, at most 64 characters.")


def check_salon_id(salon_id: str) -> None:
    """See that an address names a salon; raises WrongSalonId."""
    try:
        Slug().deserialize(salon_id)
    except ValidationError:
        raise WrongSalonId from None


class Receipt(Text):
    """A receipt's number: what looks the same is the same, and nothing in it is unseen."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        written = " ".join(filter(None, unicodedata.normalize("NFKC", text).split(" ")))
        if not written or any(_is_unseen(one) for one in written):
            message = "It is blank, or has a character that nobody can see."
            raise ValidationError(message)
        return written


class CheckSchema(StrictSchema):
    """A code as it was typed, and the price of the smartphone in kopecks."""

    code = Text(required=True, longest=LONGEST_CODE, metadata={"example": "7KQ4-M2XW-9HBD-R5TE"})
    price_minor = Whole(required=True, lowest=1, highest=HIGHEST_MINOR)


class PurchaseSchema(CheckSchema):
    """A purchase: certificates are for smartphones alone, and a receipt takes one of them."""

    receipt = Receipt(required=True, longest=LONGEST_RECEIPT)
    goods = fields.String(
        required=True,
        validate=validate.OneOf(_GOODS, error="A certificate pays for a smartphone alone."),
    )


class CheckedSchema(Schema):
    """What a certificate would do, in kopecks; `fits`: rubles of one of which nothing burns."""

    denomination = fields.Integer(required=True)
    is_redeemed = fields.Boolean(required=True)
    pays_minor = fields.Integer(required=True)
    burns_minor = fields.Integer(required=True, metadata={"description": "lost: warn before"})
    left_minor = fields.Integer(required=True, metadata={"description": "to pay otherwise"})
    fits = fields.Integer(required=True, allow_none=True)


class RedemptionSchema(Schema):
    """A redemption, in kopecks; `cancelled_at` is null while it stands."""

    redemption_id = fields.UUID(required=True)
    receipt = fields.String(required=True)
    denomination = fields.Integer(required=True, metadata={"description": "rubles"})
    price_minor = fields.Integer(required=True)
    pays_minor = fields.Integer(required=True)
    burns_minor = fields.Integer(required=True)
    left_minor = fields.Integer(required=True)
    redeemed_at = Moment(required=True)
    cancelled_at = Moment(required=True, allow_none=True)


class RedeemedHereSchema(RedemptionSchema):
    """A redemption as a clerk sees it: with its salon."""

    salon_id = fields.String(required=True)


class NewSalonSchema(StrictSchema):
    """A salon; one that is off can do nothing."""

    name = Text(required=True, longest=200)
    is_on = Truth(load_default=True)


class SalonSchema(Schema):
    """A salon, with how many keys are valid, and its wrong codes of the last quarter of an hour."""

    salon_id = fields.String(required=True)
    name = fields.String(required=True)
    is_on = fields.Boolean(required=True)
    keys = fields.Integer(required=True)
    wrong_codes = fields.Integer(required=True)


class SalonListSchema(Schema):
    """All salons."""

    data = fields.List(fields.Nested(SalonSchema), required=True)


class NewKeySchema(Schema):
    """A key, shown once: here only its hash is kept."""

    key = fields.String(required=True)


class LiabilitySchema(Schema):
    """Certificates and their sums in kopecks: issued = open + redeemed + burnt + void."""

    issued = fields.Integer(required=True)
    issued_minor = fields.Integer(required=True)
    open = fields.Integer(required=True)
    open_minor = fields.Integer(required=True)
    redeemed = fields.Integer(required=True)
    redeemed_minor = fields.Integer(required=True)
    burnt_minor = fields.Integer(required=True)
    void = fields.Integer(required=True, metadata={"description": "their points were given back"})
    void_minor = fields.Integer(required=True)
