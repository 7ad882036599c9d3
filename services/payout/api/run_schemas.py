"""Runs as clerks ask for them, look at them and are told of them."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.payout.domain import Kind
from services.payout.run_states import Act, RunState
from shared.schemas import Moment, Slug, StrictSchema, Text, Truth

_KIND = validate.OneOf([kind.value for kind in Kind])
_STATES = ["preview", *(state.value for state in RunState)]
_HASH = validate.Regexp(r"^[0-9a-fA-F]{64}\Z", error="Give the 64 digits of `plan_hash`.")
_SCHEDULE = {"description": "null: the schedule"}
_SETTING = {"description": "null: it was so small that a setting released it"}


class RunRequestSchema(StrictSchema):
    """Which month to run, and who begins it; a dry run computes the same and writes nothing."""

    month = Text(required=True, longest=20, metadata={"example": "2026-12"})
    dry_run = Truth(load_default=False)
    clerk = Slug(metadata={"description": "who begins it: another person releases it"})

    @validates_schema
    def name_who_begins(self, data: dict[str, Any], **_: object) -> None:
        """See that a run that begins has somebody who began it."""
        if not data.get("dry_run") and "clerk" not in data:
            message = "Missing data for required field."
            raise ValidationError(message, "clerk")


class ReleaseSchema(StrictSchema):
    """Who releases a run, and what that person looked at."""

    clerk = Slug(required=True)
    plan_hash = Text(required=True, longest=64, validate=_HASH)


class RunActSchema(StrictSchema):
    """Who does it, and why; both are kept."""

    clerk = Slug(required=True)
    reason = Text(required=True)


class RunDoneSchema(Schema):
    """What a person did to a run."""

    act = fields.Enum(Act, by_value=True)
    clerk = fields.String()
    reason = fields.String(allow_none=True)
    acted_at = Moment()


class TotalSchema(Schema):
    """How many payouts of a kind, and the rubles in them."""

    payouts = fields.Integer(required=True)
    amount = fields.Integer(required=True)


class RunSchema(Schema):
    """A run: what it plans to pay, to whom it pays nothing, and how far it has come."""

    month = fields.String(required=True)
    dry_run = fields.Boolean(required=True)
    state = fields.String(validate=validate.OneOf(_STATES))
    cutoff_at = Moment(required=True)
    started_at = Moment()
    begun_by = fields.String(allow_none=True, metadata=_SCHEDULE)
    planned_at = Moment(allow_none=True)
    plan_hash = fields.String(allow_none=True, metadata={"description": "names what is released"})
    released_by = fields.String(allow_none=True, metadata=_SETTING)
    released_at = Moment(allow_none=True)
    ended_at = Moment(allow_none=True)
    note = fields.String(allow_none=True)
    totals = fields.Dict(keys=fields.String(validate=_KIND), values=fields.Nested(TotalSchema))
    skipped = fields.Dict(keys=fields.String(), values=fields.Integer())
    bonuses_parked = fields.Integer(
        required=True,
        metadata={
            "description": "messages of bonuses that wait parked now; their members may be missing"
        },
    )
    progress = fields.Dict(keys=fields.String(), values=fields.Integer())
    failures = fields.Dict(keys=fields.String(), values=fields.Integer())
    acts = fields.List(fields.Nested(RunDoneSchema))


class RunLineSchema(Schema):
    """A run in a list."""

    month = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(_STATES))
    begun_by = fields.String(required=True, allow_none=True, metadata=_SCHEDULE)
    started_at = Moment(required=True)
    ended_at = Moment(required=True, allow_none=True)
    payouts = fields.Integer(required=True, metadata={"description": "planned"})
    points = fields.Integer(required=True, metadata={"description": "planned, in rubles"})
    paid_payouts = fields.Integer(required=True, metadata={"description": "completed and kept"})
    paid_points = fields.Integer(required=True, metadata={"description": "completed and kept"})


class RunListSchema(Schema):
    """The last 60 runs, the newest month first."""

    data = fields.List(fields.Nested(RunLineSchema), required=True)


class PlannedSchema(Schema):
    """How many payouts, and their points."""

    payouts = fields.Integer(required=True)
    points = fields.Integer(required=True)


class LineSchema(Schema):
    """One kind of goal: planned now, in the run before, and the difference."""

    kind = fields.String(required=True, validate=_KIND)
    now = fields.Nested(PlannedSchema, required=True)
    before = fields.Nested(PlannedSchema, required=True)
    difference = fields.Nested(PlannedSchema, required=True)


class OutlierSchema(Schema):
    """A payout far above the median of its kind."""

    payout_id = fields.UUID(required=True)
    member_id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=_KIND)
    amount = fields.Integer(required=True)
    median = fields.Integer(required=True)
    registered_at = Moment(allow_none=True)


class ReviewSchema(Schema):
    """What a clerk looks at before releasing a run; `plan_hash` names exactly this."""

    month = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(_STATES))
    begun_by = fields.String(allow_none=True, required=True, metadata=_SCHEDULE)
    payouts = fields.Integer(required=True)
    points = fields.Integer(required=True)
    plan_hash = fields.String(required=True)
    month_before = fields.String(allow_none=True, required=True)
    lines = fields.List(fields.Nested(LineSchema), required=True)
    outliers = fields.List(fields.Nested(OutlierSchema), required=True)
    outliers_are = fields.String(required=True)


class ManifestSchema(Schema):
    """The signed file of a run that has ended."""

    manifest = fields.Dict(required=True)
    sha256 = fields.String(required=True)
    key_id = fields.String(required=True)
    signature = fields.String(required=True)


class ManifestKeysSchema(Schema):
    """Public keys by their ids, Ed25519, hexadecimal."""

    keys = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
