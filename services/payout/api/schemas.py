"""What comes in over HTTP, strictly, and what goes out."""

from marshmallow import Schema, fields, post_load, validate

from services.payout.domain import Kind
from services.payout.goals import MOST_GOALS, Wish
from services.payout.states import State
from services.payout.store.reversals import Why
from shared.schemas import Moment, ShortList, StrictSchema, Text, Whole, WholeInQuery

_MOST_POINTS = 10**9
_KIND = validate.OneOf([kind.value for kind in Kind])
_STATE = validate.OneOf([state.value for state in State])


class GoalSchema(StrictSchema):
    """A goal: top up the own number, or save for a certificate."""

    goal_id = fields.UUID(load_default=None)
    kind = fields.String(required=True, validate=_KIND)
    monthly_limit = Whole(
        lowest=1,
        highest=_MOST_POINTS,
        allow_none=True,
        load_default=None,
        metadata={"description": "rubles a month at most; only for top_up"},
    )
    target = Whole(
        lowest=1,
        highest=_MOST_POINTS,
        allow_none=True,
        load_default=None,
        metadata={"description": "denomination to save for; null: the largest that fits"},
    )

    @post_load
    def make(self, data: dict[str, object], **_: object) -> Wish:
        """Answer the goal as a wish."""
        return Wish(**data | {"kind": Kind(data["kind"])})  # type: ignore[arg-type]


class GoalsSchema(StrictSchema):
    """A member's goals in the order in which they are served."""

    goals = ShortList(fields.Nested(GoalSchema), required=True, fewest=1, most=MOST_GOALS)


class PayoutSchema(Schema):
    """A payout and where it stands."""

    payout_id = fields.UUID(required=True)
    run_month = fields.String(required=True)
    member_id = fields.UUID(required=True)
    goal_id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=_KIND)
    amount = fields.Integer(required=True, metadata={"description": "points asked for"})
    reserved = fields.Integer(allow_none=True, metadata={"description": "points it moves"})
    state = fields.String(required=True, validate=_STATE)
    reason = fields.String(allow_none=True)
    attempts = fields.Integer()
    questions = fields.Integer()
    operator_reference = fields.String(allow_none=True)
    requested_at = Moment()
    sent_at = Moment(allow_none=True)
    next_at = Moment(allow_none=True)
    completed_at = Moment(allow_none=True)


class HeldPageQuery(StrictSchema):
    """Which page of payouts."""

    limit = WholeInQuery(lowest=1, highest=500, load_default=100)
    after = fields.UUID(load_default=None)


class PayoutPageQuery(HeldPageQuery):
    """Which payouts of a run to list."""

    state = fields.String(load_default=None, validate=_STATE)


class GiveUpSchema(StrictSchema):
    """Why a clerk gives a payout up; his words are kept with it and go nowhere else."""

    reason = Text(required=True, longest=200)


class PayoutPageSchema(Schema):
    """A page of payouts; `next` is the `after` of the following one."""

    data = fields.List(fields.Nested(PayoutSchema), required=True)
    next = fields.UUID(allow_none=True, required=True)


class WaitingPageQuery(StrictSchema):
    """Which of the waiting reversals to list."""

    limit = WholeInQuery(lowest=1, highest=500, load_default=100)
    after = WholeInQuery(load_default=0)


class WaitingSchema(Schema):
    """A reversal in the operator's list that fits no payout as it stands, and why."""

    reversal = fields.Integer(required=True, metadata={"description": "the operator's number"})
    payout_id = fields.UUID(required=True)
    amount = fields.Integer(required=True, metadata={"description": "rubles taken back"})
    reserved = fields.Integer(allow_none=True, metadata={"description": "points the payout moved"})
    state = fields.String(allow_none=True, validate=_STATE)
    reason = fields.String(metadata={"description": "the operator's own"})
    heard_at = Moment()
    why = fields.String(validate=validate.OneOf([why.value for why in Why]))


class WaitingPageSchema(Schema):
    """A page of waiting reversals; `next` is the `after` of the following one."""

    data = fields.List(fields.Nested(WaitingSchema), required=True)
    next = fields.Integer(allow_none=True, required=True)


class CertificateSchema(Schema):
    """A certificate without its code."""

    certificate_id = fields.UUID(required=True)
    payout_id = fields.UUID(required=True)
    member_id = fields.UUID(required=True)
    denomination = fields.Integer(required=True)
    status = fields.String(validate=validate.OneOf(["issued"]))
    issued_at = Moment(required=True)


class CertificateListSchema(Schema):
    """A member's certificates, oldest first."""

    data = fields.List(fields.Nested(CertificateSchema), required=True)


class CodeSchema(CertificateSchema):
    """A certificate with its code: for the one SMS, never for a log."""

    code = fields.String(required=True)
