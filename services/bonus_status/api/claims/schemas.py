"""The shapes of claims, reminders and alarms; what people send is read strictly."""

from typing import Any

from marshmallow import ValidationError, fields, validate

from services.bonus_status.claims.domain import OpenedBy, PartnerSays, State
from shared.money import LARGEST_SAID_MINOR, UnknownCurrency, minor_units
from shared.schemas import Moment, Slug, StrictSchema, Text, Whole, WholeInQuery

LARGEST_PAGE = 100
_LONGEST_ORDER_ID = 255
_LONGEST_WHY = 500
_STATES = [one.value for one in State]


def _check_currency(currency: str) -> None:
    try:
        minor_units(currency)
    except UnknownCurrency as unknown:
        raise ValidationError(str(unknown)) from None


def _amount(**options: Any) -> Whole:
    return Whole(lowest=1, highest=LARGEST_SAID_MINOR, **options)


class FiledSchema(StrictSchema):
    """What a member says of an order whose cashback did not come."""

    store_id = Slug(required=True)
    order_id = Text(
        required=True,
        longest=_LONGEST_ORDER_ID,
        validate=validate.Regexp(
            r"^[^\s\x00-\x1f\x7f-\x9f]([^\x00-\x1f\x7f-\x9f\u2028\u2029]*\S)?$(?!\n)",
            error="No control characters, and no white space around it.",
        ),
        metadata={"description": "the order's number, as the store calls it"},
    )
    ordered_at = Moment(required=True)
    amount_minor = _amount(required=True, metadata={"description": "what was paid, in kopecks"})
    currency = Text(load_default="RUB", longest=3, shortest=3, validate=_check_currency)


class FileQuerySchema(StrictSchema):
    """What the file is called."""

    name = Text(
        required=True,
        longest=100,
        validate=validate.Regexp(r'^[^/\\"\x00-\x1f\x7f]+$(?!\n)', error="Not a file's name."),
        metadata={"description": "ends with .png, .jpg, .jpeg, .pdf or .txt, as the content is"},
    )


class PageQuerySchema(StrictSchema):
    """Where to go on from, and how many to list."""

    after = fields.UUID(metadata={"description": "`next` of the page before"})
    limit = WholeInQuery(lowest=1, highest=LARGEST_PAGE, load_default=20)


class QueueSchema(PageQuerySchema):
    """Which claims a clerk wants to see."""

    state = fields.String(load_default=None, validate=validate.OneOf(_STATES))
    store_id = Slug(load_default=None)
    member_id = fields.UUID(load_default=None)
    overdue = fields.String(
        load_default="false",
        validate=validate.OneOf(["true", "false"]),
        metadata={"description": "true: open, and past the partner's or the member's deadline"},
    )


class DecisionSchema(StrictSchema):
    """Who decides, and on which version: a claim that changed since is not decided on unseen."""

    version = Whole(required=True, lowest=1, metadata={"description": "the one that you have seen"})
    clerk = Slug(required=True, metadata={"description": "who you are; it is kept"})


class SendSchema(DecisionSchema):
    """Sends a claim to its partner."""

    reason = Text(load_default=None, allow_none=True, longest=_LONGEST_WHY)


class AnswerSchema(DecisionSchema):
    """What the partner answered, where it told a clerk."""

    partner_answer = fields.String(
        required=True, validate=validate.OneOf([one.value for one in PartnerSays])
    )
    amount_minor = _amount(
        load_default=None,
        allow_none=True,
        metadata={
            "description": "what was paid by the partner; null: as reported, else as claimed"
        },
    )
    text = Text(load_default=None, allow_none=True, longest=_LONGEST_WHY)


class AcceptSchema(DecisionSchema):
    """Accepts a claim that the partner confirmed."""

    reason = Text(required=True, longest=_LONGEST_WHY)
    amount_minor = _amount(
        load_default=None,
        allow_none=True,
        metadata={"description": "null: as the partner says, else as reported, else as claimed"},
    )


class RefuseSchema(DecisionSchema):
    """Refuses a claim; its member reads the reason."""

    reason = Text(required=True, longest=_LONGEST_WHY)


class FileSchema(StrictSchema):
    """A file that is attached."""

    name = fields.String(required=True)
    media_type = fields.String(required=True)
    size_bytes = fields.Integer(required=True)
    sha256 = fields.String(required=True)


class ClaimedBonusSchema(StrictSchema):
    """A bonus of the order that is claimed."""

    bonus_id = fields.UUID(required=True)
    status = fields.String(required=True)
    amount = fields.Integer(required=True)


class PassedSchema(StrictSchema):
    """A step, as the member sees it."""

    what = fields.String(required=True)
    at = Moment(required=True)


class StepSchema(PassedSchema):
    """A step, as clerks see it."""

    who = fields.String(required=True)
    why = fields.String(required=True, allow_none=True)


class MyClaimSchema(StrictSchema):
    """A claim as its member sees it."""

    claim_id = fields.UUID(required=True)
    store_id = fields.String(required=True)
    store_name = fields.String(required=True)
    order_id = fields.String(required=True, allow_none=True)
    ordered_at = Moment(required=True)
    amount_minor = fields.Integer(required=True)
    currency = fields.String(required=True)
    opened_by = fields.String(required=True, validate=validate.OneOf(list(OpenedBy)))
    opened_at = Moment(required=True)
    answer_by = Moment(required=True, metadata={"description": "you are answered by then"})
    state = fields.String(required=True, validate=validate.OneOf(_STATES))
    reason = fields.String(required=True, allow_none=True)
    accepted_minor = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "null: not accepted, or as reported, else as claimed"},
    )
    file = fields.Nested(FileSchema, required=True, allow_none=True)


class MyWholeClaimSchema(MyClaimSchema):
    """The same with what came before, and the bonuses of its order."""

    steps = fields.List(fields.Nested(PassedSchema), required=True)
    bonuses = fields.List(fields.Nested(ClaimedBonusSchema), required=True)


class ClaimSchema(MyClaimSchema):
    """A claim as clerks see it."""

    member_id = fields.UUID(required=True)
    click_id = fields.String(required=True, allow_none=True)
    bonus_id = fields.UUID(required=True, allow_none=True)
    version = fields.Integer(required=True)
    changed_at = Moment(required=True)
    changed_by = fields.String(required=True)
    partner_by = Moment(required=True, allow_none=True)
    partner_says = fields.String(required=True, allow_none=True)
    partner_minor = fields.Integer(required=True, allow_none=True)
    partner_text = fields.String(required=True, allow_none=True)


class WholeClaimSchema(ClaimSchema):
    """The same with who did what, when and why, and the bonuses of its order."""

    steps = fields.List(fields.Nested(StepSchema), required=True)
    bonuses = fields.List(fields.Nested(ClaimedBonusSchema), required=True)


class MyClaimPageSchema(StrictSchema):
    """A member's claims, the newest first."""

    data = fields.List(fields.Nested(MyClaimSchema), required=True)
    next = fields.UUID(required=True, allow_none=True)


class ClaimPageSchema(StrictSchema):
    """Claims, that first of which the answer is due first."""

    data = fields.List(fields.Nested(ClaimSchema), required=True)
    next = fields.UUID(required=True, allow_none=True)
