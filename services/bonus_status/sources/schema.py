"""What a rule may say: each source has its own settings; a fault names the field."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.bonus_status.domain import Source
from shared.schemas import Moment, ShortList, Slug, StrictSchema, Text, Truth, Whole

MOST_POINTS = 1_000_000
_MOST_IN_ALL = 10**12
_MOST_NAMED = 1_000
_GIVEN_BY_RULES = [one.value for one in Source if one is not Source.PURCHASE]


class AmountSettings(StrictSchema):
    """How many points."""

    amount = Whole(required=True, lowest=1, highest=MOST_POINTS)


class ProfileSettings(AmountSettings):
    """How many points, and whether subscribers of the operator get them too."""

    for_own_subscribers = Truth(load_default=True)


class InvitationSettings(AmountSettings):
    """How many points a friend, and the most that one member gets for all friends."""

    most_a_member = Whole(required=True, lowest=1, highest=MOST_POINTS)


class PromoCodeSettings(AmountSettings):
    """How many points a use, and how many points one member gets by all codes of the rule."""

    most_a_member = Whole(required=True, lowest=1, highest=MOST_POINTS)


class CampaignSettings(StrictSchema):
    """Either how many times the store's rate, or a percentage on top; for whom, and the caps."""

    times = Whole(lowest=2, highest=10)
    basis_points = Whole(lowest=1, highest=10_000)
    stores = ShortList(Slug(), most=_MOST_NAMED)
    groups = ShortList(Text(), most=_MOST_NAMED)
    categories = ShortList(Text(), most=_MOST_NAMED)
    most_an_order = Whole(lowest=1, highest=MOST_POINTS)
    most_a_store_and_month = Whole(lowest=1, highest=_MOST_IN_ALL)

    @validates_schema(skip_on_field_errors=True)
    def _says_one_way(self, sent: Mapping[str, Any], **_: Any) -> None:
        if ("times" in sent) == ("basis_points" in sent):
            message = "Give either times or basis_points."
            raise ValidationError(message, "times")


class CorrectionSettings(StrictSchema):
    """Up to how many points, for one member within 24 hours, a clerk corrects alone."""

    alone_up_to = Whole(required=True, highest=MOST_POINTS)


SETTINGS: Mapping[Source, Schema] = {
    Source.EMAIL_LINKED: AmountSettings(),
    Source.PROFILE_FILLED: ProfileSettings(),
    Source.FIRST_PURCHASE: AmountSettings(),
    Source.PROMO_CODE: PromoCodeSettings(),
    Source.INVITATION: InvitationSettings(),
    Source.CAMPAIGN: CampaignSettings(),
    Source.CORRECTION: CorrectionSettings(),
}
_OF_SOURCES = (
    "campaign: `times` or `basis_points`, and `stores`, `groups`, `categories`, `most_an_order`, "
    "`most_a_store_and_month`; correction: `alone_up_to`; the others: `amount`, with "
    "`for_own_subscribers` (profile_filled) or `most_a_member` (invitation, promo_code)"
)


class RuleSchema(StrictSchema):
    """A rule: what it gives for, its figures, what members read, its cap, and when it counts."""

    source = fields.String(required=True, validate=validate.OneOf(_GIVEN_BY_RULES))
    sentence = Text(required=True, longest=300)
    settings = fields.Dict(
        keys=fields.String(), required=True, metadata={"description": _OF_SOURCES}
    )
    total_cap = Whole(
        required=True,
        highest=_MOST_IN_ALL,
        metadata={"description": "the most that all its bonuses may be worth, in points"},
    )
    is_on = Truth(load_default=True)
    valid_from = Moment(load_default=None, allow_none=True)
    valid_until = Moment(
        load_default=None,
        allow_none=True,
        metadata={"description": "the first moment it counts no more; null: no end"},
    )

    @validates_schema(skip_on_field_errors=True)
    def _fits_its_source(self, sent: Mapping[str, Any], **_: Any) -> None:
        faults = SETTINGS[Source(sent["source"])].validate(sent["settings"])
        if faults:
            raise ValidationError({"settings": faults})
        if sent["valid_from"] and sent["valid_until"] and sent["valid_from"] >= sent["valid_until"]:
            message = "It ends before it begins."
            raise ValidationError(message, "valid_until")
