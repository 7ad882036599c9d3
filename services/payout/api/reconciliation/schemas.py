"""What a clerk sends of reconciliations and cases, strictly, and what he is answered."""

from marshmallow import Schema, fields, validate

from services.payout.reconciliation.cases import Outcome
from services.payout.reconciliation.matching import DIFFERENCES, Class, Movement
from shared.schemas import Moment, Slug, StrictSchema, Text, Truth, WholeInQuery

_LONGEST_DAY = 20
_DAY = {"example": "2026-12-02"}


class RequestSchema(StrictSchema):
    """Which day's file to fetch; a dry run computes the same and keeps nothing."""

    day = Text(required=True, longest=_LONGEST_DAY, metadata=_DAY)
    dry_run = Truth(load_default=False)


class FileQuery(StrictSchema):
    """How a clerk's own file is taken."""

    dry_run = fields.String(
        load_default="false",
        validate=validate.OneOf(["true", "false"]),
        metadata={"description": "true: only say what would be found"},
    )


class DaysQuery(StrictSchema):
    """How many days to list."""

    limit = WholeInQuery(lowest=1, highest=366, load_default=40)


class ClassTotalSchema(Schema):
    """How many lines or payouts are of a class, and the rubles in them."""

    count = fields.Integer(required=True)
    rubles = fields.Integer(required=True)


class ReconciliationSchema(Schema):
    """A day of Moscow: the file that counts, and what was found, by class."""

    day = fields.Date(required=True)
    version = fields.Integer(required=True, metadata={"description": "how many files it had"})
    fetched_at = Moment(required=True)
    matched_at = Moment(required=True)
    by_hand = fields.Boolean(required=True)
    lines = fields.Integer(required=True)
    rubles = fields.Integer(required=True, metadata={"description": "top-ups less reversals"})
    found = fields.Dict(
        required=True,
        keys=fields.String(validate=validate.OneOf([kind.value for kind in Class])),
        values=fields.Nested(ClassTotalSchema),
    )


class DoneSchema(ReconciliationSchema):
    """What a reconciliation did, or would do."""

    dry_run = fields.Boolean(required=True)
    is_new = fields.Boolean(required=True, metadata={"description": "the file was not here before"})
    cases_opened = fields.Integer(required=True)
    cases_explained = fields.Integer(required=True)


class DaysSchema(Schema):
    """The newest days that were reconciled, and all whose file should be here and is not."""

    data = fields.List(fields.Nested(ReconciliationSchema), required=True)
    missing = fields.List(fields.Date(), required=True)


class CaseSchema(Schema):
    """A difference between the operator's file and our payouts; null rubles: none moved there."""

    case_id = fields.UUID(required=True)
    day = fields.Date(required=True)
    kind = fields.String(
        required=True, validate=validate.OneOf(sorted(one.value for one in DIFFERENCES))
    )
    movement = fields.String(
        required=True, validate=validate.OneOf([one.value for one in Movement])
    )
    key = fields.String(required=True, metadata={"description": "the idempotency key"})
    entry = fields.Integer(allow_none=True, metadata={"description": "the operator's number"})
    payout_id = fields.UUID(allow_none=True)
    ours_rubles = fields.Integer(allow_none=True)
    theirs_rubles = fields.Integer(allow_none=True)
    owner = fields.String(required=True)
    opened_at = Moment(required=True)
    deadline = Moment(required=True)
    closed_at = Moment(required=True, allow_none=True)
    outcome = fields.String(
        allow_none=True,
        validate=validate.OneOf(["explained", *(one.value for one in Outcome)]),
        metadata={"description": "explained: by a later file, or by an outcome that came"},
    )
    reason = fields.String(allow_none=True)


class ActSchema(Schema):
    """Who did what to a case; `what`: to whom it went, or why it was closed."""

    did = fields.String(validate=validate.OneOf(["opened", "assigned", "closed"]))
    who = fields.String()
    at = Moment()
    what = fields.String()


class WholeCaseSchema(CaseSchema):
    """A case with all that was done to it."""

    acts = fields.List(fields.Nested(ActSchema), required=True)


class DaySchema(ReconciliationSchema):
    """A day with its cases, of which these are the most urgent."""

    cases = fields.List(fields.Nested(CaseSchema), required=True)


class CasesQuery(StrictSchema):
    """Which cases to list."""

    state = fields.String(load_default=None, validate=validate.OneOf(["open", "closed"]))
    after = fields.UUID(load_default=None)
    limit = WholeInQuery(lowest=1, highest=500, load_default=100)


class CasePageSchema(Schema):
    """A page of cases, the most urgent first; `next` is the `after` of the following one."""

    data = fields.List(fields.Nested(CaseSchema), required=True)
    next = fields.UUID(allow_none=True, required=True)


class AssignSchema(StrictSchema):
    """Whose a case is from now on."""

    owner = Slug(required=True)
    clerk = Slug(required=True, metadata={"description": "who you are; it is kept"})


class CloseSchema(StrictSchema):
    """How a case ends, and why."""

    outcome = fields.String(required=True, validate=validate.OneOf([one.value for one in Outcome]))
    reason = Text(required=True, longest=500)
    clerk = Slug(required=True, metadata={"description": "who you are; it is kept"})
