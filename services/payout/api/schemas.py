"""What comes in over HTTP, strictly, and what goes out."""

from marshmallow import Schema, fields, post_load, validate

from services.payout.api.next_payout import REASONS
from services.payout.domain import Kind, Skipped, Waits
from services.payout.goals import MOST_GOALS, Wish
from services.payout.states import State
from services.payout.store.reversals import Why
from shared.schemas import Moment, ShortList, Slug, StrictSchema, Text, Truth, Whole, WholeInQuery

_MOST_POINTS = 10**9
_KIND = validate.OneOf([kind.value for kind in Kind])
_STATE = validate.OneOf([state.value for state in State])


class GoalSchema(StrictSchema):
    """A goal: top up the own number or a relative's, or save for a certificate."""

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
    relative_id = fields.UUID(
        allow_none=True,
        load_default=None,
        metadata={"description": "whose number to top up, only for top_up; null: the member's own"},
    )
    is_paused = Truth(load_default=False, metadata={"description": "passed over by runs"})

    @post_load
    def make(self, data: dict[str, object], **_: object) -> Wish:
        """Answer the goal as a wish."""
        return Wish(**data | {"kind": Kind(data["kind"])})  # type: ignore[arg-type]


class GoalsSchema(StrictSchema):
    """A member's goals in the order in which they are served."""

    goals = ShortList(fields.Nested(GoalSchema), required=True, fewest=1, most=MOST_GOALS)
    closes_at = Moment(
        load_default=None,
        allow_none=True,
        metadata={
            "description": "the next cut-off: changes made before it count for that run;"
            " ignored when it is sent back"
        },
    )


class ServedGoalSchema(Schema):
    """What the next run would do for a goal, in points, with all that is accrued by now."""

    goal_id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=_KIND)
    relative_id = fields.UUID(allow_none=True)
    is_paused = fields.Boolean()
    monthly_limit = fields.Integer(allow_none=True)
    target = fields.Integer(allow_none=True)
    amount = fields.Integer(required=True, metadata={"description": "what it would get"})
    minimum = fields.Integer(metadata={"description": "the least that it can get"})
    saved = fields.Integer(metadata={"description": "of a certificate: what lies ready for it"})
    missing = fields.Integer(metadata={"description": "of a certificate: what it still needs"})
    waits = fields.String(
        allow_none=True,
        validate=validate.OneOf(sorted({*Waits, *Skipped})),
        metadata={"description": "why it gets nothing"},
    )


class NextPayoutSchema(Schema):
    """What the next run would do for a member, by the rules of the run; nothing is promised."""

    month = fields.String(required=True)
    cutoff_at = Moment(required=True, metadata={"description": "what accrues before it counts"})
    closes_at = Moment(
        required=True, metadata={"description": "changes of goals made before it count"}
    )
    accrued = fields.Integer(metadata={"description": "points free to spend now"})
    debt = fields.Integer(metadata={"description": "repaid before anything is paid out"})
    goals = fields.List(fields.Nested(ServedGoalSchema), required=True)
    carried_over = fields.Integer(metadata={"description": "points that stay for a later run"})
    reasons = fields.List(
        fields.String(validate=validate.OneOf(REASONS)),
        metadata={"description": "why points stay"},
    )


class PayoutSchema(Schema):
    """A payout and where it stands."""

    payout_id = fields.UUID(required=True)
    run_month = fields.String(
        required=True, allow_none=True, metadata={"description": "null: ordered apart from runs"}
    )
    member_id = fields.UUID(required=True)
    goal_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "null: ordered apart from runs"}
    )
    relative_id = fields.UUID(
        allow_none=True, metadata={"description": "whose number; null: the member's own"}
    )
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


class PayoutListSchema(Schema):
    """Payouts, the newest first."""

    data = fields.List(fields.Nested(PayoutSchema), required=True)


class NewestQuery(StrictSchema):
    """How many of the newest."""

    limit = WholeInQuery(lowest=1, highest=200, load_default=100)


class PayoutPageQuery(HeldPageQuery):
    """Which payouts of a run to list."""

    state = fields.String(load_default=None, validate=_STATE)


class GiveUpSchema(StrictSchema):
    """Who gives a payout up, and why; both are kept with it and go nowhere else."""

    clerk = Slug(required=True)
    reason = Text(required=True, longest=200)


class PayoutPageSchema(Schema):
    """A page of payouts; `next` is the `after` of the following one."""

    data = fields.List(fields.Nested(PayoutSchema), required=True)
    next = fields.UUID(allow_none=True, required=True)


class MyPayoutSchema(PayoutSchema):
    """A payout as its member sees it: without what only those who mend it need."""

    class Meta:
        """What stays with us."""

        exclude = ("member_id", "reason", "attempts", "questions", "next_at")


class MyPayoutPageSchema(Schema):
    """A page of my payouts, the newest first; `next` is the `after` of the following one."""

    data = fields.List(fields.Nested(MyPayoutSchema), required=True)
    next = fields.UUID(allow_none=True, required=True)


class MyPayoutPageQuery(StrictSchema):
    """Which page of my payouts."""

    limit = WholeInQuery(lowest=1, highest=100, load_default=100)
    after = fields.UUID(load_default=None)


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
