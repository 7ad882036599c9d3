"""The shapes of rules, promo codes, invitations and corrections; what people send is strict."""

from marshmallow import fields, validate

from services.bonus_status.sources.schema import MOST_POINTS, RuleSchema
from shared.schemas import Moment, ShortList, Slug, StrictSchema, Text, Whole, WholeInQuery

_CODE_SHAPE = validate.Regexp(
    r"^[A-Z0-9-]{4,32}$(?!\n)", error="Use A-Z, 0-9 and hyphens, 4 to 32."
)
_KINDS = validate.OneOf(["credit", "debit"])
_STATES = validate.OneOf(["waiting", "done", "refused"])
_MOST_CODES = 1_000


class ByClerkSchema(StrictSchema):
    """Who does it, and why; both are kept."""

    reason = Text(required=True)
    clerk = Slug(required=True)


class NewRuleSchema(RuleSchema):
    """A rule, and who sets it and why."""

    reason = Text(required=True)
    clerk = Slug(required=True)


class KnownRuleSchema(RuleSchema):
    """A rule as it is now; `granted`: what its bonuses are worth."""

    rule_id = fields.String(required=True)
    version = fields.Integer(required=True)
    granted = fields.Integer(required=True)


class RuleListSchema(StrictSchema):
    """Every rule, on or off."""

    data = fields.List(fields.Nested(KnownRuleSchema), required=True)


class RuleVersionSchema(StrictSchema):
    """One version of a rule, with who set it and why."""

    version = fields.Integer(required=True)
    is_on = fields.Boolean(required=True)
    valid_from = Moment(required=True, allow_none=True)
    valid_until = Moment(required=True, allow_none=True)
    settings = fields.Dict(required=True)
    sentence = fields.String(required=True)
    total_cap = fields.Integer(required=True)
    reason = fields.String(required=True)
    clerk = fields.String(required=True)
    set_at = Moment(required=True)


class RuleHistorySchema(KnownRuleSchema):
    """A rule as it is now, and its last 100 versions."""

    history = fields.List(fields.Nested(RuleVersionSchema), required=True)


class NewCorrectionSchema(ByClerkSchema):
    """Points to give or to take; the command's id makes it happen once."""

    command_id = fields.UUID(required=True)
    member_id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=_KINDS)
    amount = Whole(required=True, lowest=1, highest=MOST_POINTS)


class ApprovalSchema(StrictSchema):
    """The second person."""

    clerk = Slug(required=True)


class CorrectionSchema(StrictSchema):
    """A correction; when done, its bonus shows it to the member."""

    correction_id = fields.UUID(required=True)
    bonus_id = fields.UUID(required=True)
    member_id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=_KINDS)
    amount = fields.Integer(required=True)
    reason = fields.String(required=True)
    clerk = fields.String(required=True)
    made_at = Moment(required=True)
    state = fields.String(required=True, validate=_STATES)
    decided_by = fields.String(required=True, allow_none=True)
    decided_because = fields.String(required=True, allow_none=True)
    decided_at = Moment(required=True, allow_none=True)


class CorrectionsQuery(StrictSchema):
    """Which corrections to list."""

    state = fields.String(validate=_STATES)


class CorrectionListSchema(StrictSchema):
    """The last 100 corrections."""

    data = fields.List(fields.Nested(CorrectionSchema), required=True)


class RedeemSchema(StrictSchema):
    """A code as the member typed it; small letters and spaces around it do not matter."""

    code = Text(longest=64, required=True)


class RedeemedSchema(StrictSchema):
    """The bonus that a code gave."""

    bonus_id = fields.UUID(required=True)
    amount = fields.Integer(required=True)


class NewPromoCodesSchema(ByClerkSchema):
    """Codes that give a rule's points, each as often as `most_uses` says."""

    rule_id = Slug(required=True)
    codes = ShortList(
        Text(longest=32, validate=_CODE_SHAPE), most=_MOST_CODES, fewest=1, required=True
    )
    most_uses = Whole(lowest=1, highest=1_000_000, load_default=1)


class AddedSchema(StrictSchema):
    """How many of the codes are new; the others were there and stay as they are."""

    added = fields.Integer(required=True)


class PromoCodesQuery(StrictSchema):
    """Of which rule, from where on."""

    rule_id = Slug(required=True)
    after = Text(longest=32, load_default="")
    limit = WholeInQuery(lowest=1, highest=100, load_default=100)


class PromoCodeSchema(StrictSchema):
    """A code and how often it was used."""

    code = fields.String(required=True)
    most_uses = fields.Integer(required=True)
    used = fields.Integer(required=True)


class PromoCodeListSchema(StrictSchema):
    """A page of codes; go on with the last one as `after`."""

    data = fields.List(fields.Nested(PromoCodeSchema), required=True)


class BroughtSchema(StrictSchema):
    """The bonus that an invitation gave, as it stands."""

    bonus_id = fields.UUID(required=True)
    amount = fields.Integer(required=True)
    status = fields.String(required=True)


class InvitationSchema(StrictSchema):
    """An invitation; a held one gives nothing until a clerk releases it."""

    friend_id = fields.UUID(required=True)
    joined_at = Moment(required=True)
    is_held = fields.Boolean(required=True)


class HeldInvitationSchema(InvitationSchema):
    """An invitation as clerks see it."""

    inviter_id = fields.UUID(required=True)
    held_because = fields.String(required=True, allow_none=True)


class MyInvitationSchema(InvitationSchema):
    """An invitation as its member sees it, with what it brought."""

    bonus = fields.Nested(
        BroughtSchema,
        required=True,
        allow_none=True,
        metadata={"description": "null: the friend has bought nothing yet, or no more is given"},
    )


class InvitationListSchema(StrictSchema):
    """Whom a member invited, the last first, at most 100."""

    data = fields.List(fields.Nested(MyInvitationSchema), required=True)


class HeldInvitationListSchema(StrictSchema):
    """The 100 invitations that wait longest."""

    data = fields.List(fields.Nested(HeldInvitationSchema), required=True)
