"""The shapes of answers, and of what clerks send."""

from marshmallow import Schema, ValidationError, fields, validate

from services.partner_postback.domain.attribution import Hold
from services.partner_postback.partners import ip_range
from services.partner_postback.sentences import Effect
from services.partner_postback.verdicts import Verdict
from shared.problems import ProblemSchema
from shared.schemas import ShortList, Slug, StrictSchema, Text

_MOST_STORES = 1_000
_MOST_IP_RANGES = 100
_MOST_FORMATS = 50
_CODES = (
    f"stable, for programs; accepted or duplicate: {', '.join(Effect)}; held: {', '.join(Hold)}"
)


class VerdictSchema(Schema):
    """What every accepted, repeated or held message is answered with."""

    receipt_id = fields.UUID(required=True)
    verdict = fields.String(validate=validate.OneOf([one.value for one in Verdict]), required=True)
    code = fields.String(required=True, metadata={"description": _CODES})
    detail = fields.String(required=True, metadata={"description": "for people"})
    conversion_id = fields.UUID(required=True, allow_none=True)


class RefusalSchema(ProblemSchema):
    """What a refused message is answered with: its receipt, and the field at fault."""

    receipt_id = fields.UUID()
    field = fields.String(allow_none=True)


def _check_ip_range(text: str) -> None:
    try:
        ip_range(text)
    except ValueError as fault:
        raise ValidationError(str(fault)) from None


class PartnerSchema(StrictSchema):
    """A partner as the operator sets it up."""

    name = Text(required=True)
    stores = ShortList(
        Slug(),
        most=_MOST_STORES,
        load_default=[],
        metadata={"description": "stores it reports for beside those the catalogue gives it"},
    )
    formats = ShortList(
        Slug(),
        most=_MOST_FORMATS,
        load_default=["signed"],
        metadata={"description": "which formats it may send; those that sign nothing are off"},
    )
    ip_allow_list = ShortList(
        Text(longest=50, validate=_check_ip_range),
        most=_MOST_IP_RANGES,
        load_default=[],
        metadata={"description": "addresses and ranges it sends from; empty: any"},
    )


class KnownPartnerSchema(PartnerSchema):
    """A partner, and its key and secret when it is new: they are shown this once."""

    partner_id = fields.String()
    key = fields.String()
    secret = fields.String()


class FormatSchema(Schema):
    """A format that partners may be allowed to send."""

    name = fields.String()
    version = fields.String(
        metadata={"description": "of its profile's content, as receipts name it; empty: our own"}
    )
    about = fields.String()
    security = fields.String()
    is_built_in = fields.Boolean()


class FormatListSchema(Schema):
    """Every format by name."""

    data = fields.List(fields.Nested(FormatSchema))
