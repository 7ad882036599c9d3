"""What comes in: the listener's own views of events, and the parameters of the HTTP API.

Events are read tolerantly (fields that are not needed here are ignored), people's parameters
strictly.
"""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from marshmallow import ValidationError, fields, validate, validates_schema
from msgspec import Meta

from services.bonus_status.domain import ConversionStatus, Status
from shared.schemas import Moment, StrictSchema, Text, WholeInQuery

_UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
Id = Annotated[str, Meta(pattern=_UUID)]
Instant = Annotated[datetime, Meta(tz=True)]
Points = Annotated[int, Meta(ge=1, le=10**12)]

_LARGEST_PAGE = 100
_LONGEST_PERIOD = timedelta(days=3_660)


class ConversionView(msgspec.Struct, frozen=True):
    """One line of a purchase, as the store reports it now."""

    conversion_id: Id
    member_id: Id
    store_id: str
    clicked_at: Instant
    ordered_at: Instant
    status: ConversionStatus
    category: str | None
    paid_minor: Annotated[int, Meta(ge=0, le=10**15)]
    currency: str
    rate_micro: Annotated[int, Meta(ge=1, le=10**15)]
    reason: str | None


class RateView(msgspec.Struct, frozen=True):
    """What one category of goods earns."""

    category: str | None
    kind: Literal["percent", "flat"]
    basis_points: Annotated[int, Meta(ge=0, le=10_000)] | None
    rubles: Annotated[int, Meta(ge=0, le=1_000_000)] | None
    excluded: bool


class TermsView(msgspec.Struct, frozen=True):
    """The rates of a store from one moment up to, not including, another."""

    terms_id: Id
    valid_from: Instant
    valid_to: Instant | None
    rates: list[RateView]


class StoreView(msgspec.Struct, frozen=True):
    """A store with all its terms."""

    store_id: str
    name: str
    confirmation_days: Annotated[int, Meta(ge=0, le=365)]
    terms: list[TermsView]


class ClickView(msgspec.Struct, frozen=True):
    """A click, kept for a member's history and claims."""

    click_id: str
    member_id: Id
    store_id: str
    clicked_at: Instant
    repeat: bool


class MemberView(msgspec.Struct, frozen=True):
    """A member, as far as payouts need to know."""

    member_id: Id
    status: Literal["active", "blocked", "erased"]


class PayoutRequestedView(msgspec.Struct, frozen=True):
    """A payout asks for points."""

    payout_id: Id
    member_id: Id
    run_month: str
    kind: str
    cutoff_at: Instant
    amount: Points
    minimum_amount: Points


class PayoutEndedView(msgspec.Struct, frozen=True):
    """A payout was completed, declined or reversed."""

    payout_id: Id
    member_id: Id
    amount: Points
    reason: str | None = None


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


class WhySchema(StrictSchema):
    """Why a bonus has its amount."""

    terms_id = fields.UUID(required=True)
    clicked_at = Moment(required=True, metadata={"description": "whose terms count"})
    category = fields.String(required=True, allow_none=True)
    paid_minor = fields.Integer(required=True)
    currency = fields.String(required=True)
    rate_micro = fields.Integer(required=True)
    in_words = fields.String(required=True)


class BonusSchema(StrictSchema):
    """A bonus as its member sees it."""

    bonus_id = fields.UUID(required=True)
    conversion_id = fields.UUID(required=True)
    store_id = fields.String(required=True)
    store_name = fields.String(required=True)
    status = fields.String(required=True)
    amount = fields.Integer(required=True)
    available = fields.Integer(required=True)
    reserved = fields.Integer(required=True)
    written_off = fields.Integer(required=True)
    opened_at = Moment(required=True)
    ordered_at = Moment(required=True)
    expected_at = Moment(required=True)
    accrued_at = Moment(required=True, allow_none=True)
    rejected_at = Moment(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    why = fields.Nested(WhySchema, required=True)
    spent_on = fields.List(fields.Nested(SpentSchema), required=True)


class BonusPageSchema(StrictSchema):
    """A page of bonuses, the newest first; `next` is null on the last page."""

    data = fields.List(fields.Nested(BonusSchema), required=True)
    next = fields.String(required=True, allow_none=True)
