"""The shapes of the HTTP API; what people send is read strictly."""

from datetime import timedelta
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.bonus_status.domain import Source, Status
from services.bonus_status.telling.expected import Basis
from services.bonus_status.telling.status import StatusCode
from shared.schemas import Moment, Slug, StrictSchema, Text, WholeInQuery

_LARGEST_PAGE = 100
_LONGEST_PERIOD = timedelta(days=3_660)


class HistorySchema(StrictSchema):
    """Which of a member's bonuses to list: by status and by the period in which they appeared."""

    status = fields.String(validate=validate.OneOf([status.value for status in Status]))
    from_ = Moment(data_key="from", metadata={"description": "opened at this moment or later"})
    to = Moment(metadata={"description": "opened before this moment"})
    limit = WholeInQuery(lowest=1, highest=_LARGEST_PAGE, load_default=20)
    after = Text(metadata={"description": "`next` of the page before"})

    @validates_schema
    def check_period(self, asked: dict[str, Any], **_: Any) -> None:
        """Refuse a period that ends before it begins or that nobody can mean."""
        begins, ends = asked.get("from_"), asked.get("to")
        if begins is None or ends is None:
            return
        if ends <= begins:
            raise ValidationError("The period ends before it begins.", field_name="to")  # noqa: EM101, TRY003
        if ends - begins > _LONGEST_PERIOD:
            raise ValidationError("The period is longer than ten years.", field_name="to")  # noqa: EM101, TRY003


class BalanceSchema(StrictSchema):
    """A member's account, in points (1 point is 1 ruble)."""

    member_id = fields.UUID(required=True)
    pending = fields.Integer(required=True)
    accrued = fields.Integer(required=True, metadata={"description": "free to spend"})
    reserved = fields.Integer(required=True)
    written_off = fields.Integer(required=True)
    debt = fields.Integer(required=True, metadata={"description": "repaid from later accruals"})


class SpentSchema(StrictSchema):
    """What a part of a bonus was spent on, or is set aside for."""

    payout_id = fields.UUID(required=True)
    run_month = fields.String(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True)
    amount = fields.Integer(required=True)


class StatusToldSchema(StrictSchema):
    """Why a bonus has its status."""

    code = fields.String(required=True, validate=validate.OneOf(list(StatusCode)))
    in_words = fields.String(required=True)


class ExpectedSchema(StrictSchema):
    """When it is expected; `basis` experience: what the store's last purchases really took."""

    at = Moment(required=True, metadata={"description": "half of such bonuses are confirmed"})
    by = Moment(required=True, metadata={"description": "nine of ten are"})
    basis = fields.String(required=True, validate=validate.OneOf(list(Basis)))
    in_words = fields.String(required=True)


class AppliedRateSchema(StrictSchema):
    """The rate that counts for a purchase: 1500 basis points are 15 %; `none` earns nothing."""

    kind = fields.String(required=True, validate=validate.OneOf(["percent", "flat", "none"]))
    basis_points = fields.Integer(required=True, allow_none=True)
    rubles = fields.Integer(required=True, allow_none=True)


class WhySchema(StrictSchema):
    """Why a bonus has its amount: the terms of a purchase, or the rule of another source."""

    rule_id = fields.String(required=True, allow_none=True)
    rule_version = fields.Integer(required=True, allow_none=True)
    terms_id = fields.UUID(required=True, allow_none=True)
    clicked_at = Moment(
        required=True, allow_none=True, metadata={"description": "whose terms count"}
    )
    category = fields.String(required=True, allow_none=True)
    paid_minor = fields.Integer(required=True, allow_none=True)
    currency = fields.String(required=True, allow_none=True)
    rate_micro = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "millionths of a ruble for one unit of the currency"},
    )
    rate = fields.Nested(AppliedRateSchema, required=True, allow_none=True)
    in_words = fields.String(required=True)


class BonusSchema(StrictSchema):
    """A bonus as its member sees it; what only a purchase has is null for other sources."""

    bonus_id = fields.UUID(required=True)
    source = fields.String(required=True, validate=validate.OneOf(list(Source)))
    follows = fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "the bonus of the purchase with which it stands and falls"},
    )
    conversion_id = fields.UUID(required=True, allow_none=True)
    store_id = fields.String(required=True, allow_none=True)
    store_name = fields.String(required=True, allow_none=True)
    status = fields.String(required=True)
    status_told = fields.Nested(StatusToldSchema, required=True)
    is_unfunded = fields.Boolean(
        required=True, metadata={"description": "approved, the store has not paid yet"}
    )
    amount = fields.Integer(required=True)
    available = fields.Integer(required=True)
    reserved = fields.Integer(required=True)
    written_off = fields.Integer(required=True)
    opened_at = Moment(required=True)
    ordered_at = Moment(required=True, allow_none=True)
    promised_at = Moment(
        required=True, allow_none=True, metadata={"description": "the store's deadline"}
    )
    expected = fields.Nested(
        ExpectedSchema,
        required=True,
        allow_none=True,
        metadata={"description": "while it is pending; null: decided, or of no purchase"},
    )
    accrued_at = Moment(required=True, allow_none=True)
    rejected_at = Moment(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    why = fields.Nested(WhySchema, required=True)
    spent_on = fields.List(fields.Nested(SpentSchema), required=True)


class BonusPageSchema(StrictSchema):
    """A page of bonuses, the newest first; `next` is null on the last page."""

    data = fields.List(fields.Nested(BonusSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class DebtSchema(StrictSchema):
    """What is owed of one bonus, and why."""

    bonus_id = fields.UUID(required=True)
    store_name = fields.String(required=True, allow_none=True)
    owed = fields.Integer(required=True)
    since = Moment(
        required=True,
        allow_none=True,
        metadata={"description": "when it came back; null: part of it did"},
    )
    in_words = fields.String(required=True)
    spent_on = fields.List(fields.Nested(SpentSchema), required=True)


class DebtsSchema(StrictSchema):
    """All that a member owes, in points; later accruals repay it before anything is paid out."""

    debt = fields.Integer(required=True)
    data = fields.List(fields.Nested(DebtSchema), required=True)


class SettingsSchema(StrictSchema):
    """What the programme has decided for itself."""

    unfunded_accrues = fields.Boolean(
        required=True,
        metadata={"description": "accrue what is approved before the store has paid"},
    )


class NewSettingsSchema(SettingsSchema):
    """A decision, and who took it; it counts for what is reported from now on."""

    reason = Text(required=True)
    clerk = Slug(required=True)
