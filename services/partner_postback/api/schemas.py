"""The shapes of answers, and of what clerks send."""

from marshmallow import Schema, ValidationError, fields, validate

from services.partner_postback.domain.attribution import Hold
from services.partner_postback.partners import ip_range
from services.partner_postback.sentences import Effect
from services.partner_postback.verdicts import Verdict
from shared.problems import ProblemSchema
from shared.schemas import Moment, ShortList, Slug, StrictSchema, Text, Whole, WholeInQuery

_MOST_STORES = 1_000
_MOST_IP_RANGES = 100
_MOST_FORMATS = 50
_LONGEST_OVERLAP_HOURS = 24 * 90
# A million rubles for one unit: no currency was ever worth as much, bitcoin and gold are none.
_LARGEST_RATE_MICRO = 10**12
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


class ReceiptSchema(VerdictSchema):
    """One authenticated request and its verdict."""

    partner_id = fields.String()
    received_at = Moment()
    format = fields.String()
    method = fields.String()
    transport_id = fields.String(
        allow_none=True, metadata={"description": "the webhook-id; null: its format has none"}
    )
    field = fields.String(allow_none=True)


class RawRequestSchema(Schema):
    """The request as it came, without the key."""

    query = fields.String()
    headers = fields.Dict(keys=fields.String(), values=fields.String())
    body = fields.String(metadata={"description": "as text; empty when it is not UTF-8"})
    body_base64 = fields.String()


class WholeReceiptSchema(ReceiptSchema):
    """A receipt with the request that it answers."""

    request = fields.Nested(RawRequestSchema)


class ReceiptListSchema(Schema):
    """A page of receipts, newest first."""

    data = fields.List(fields.Nested(ReceiptSchema))
    next = fields.UUID(
        allow_none=True, metadata={"description": "send as `after` for the next page"}
    )


class ReceiptQuerySchema(StrictSchema):
    """Which receipts."""

    partner_id = Slug(
        load_default=None, metadata={"description": "for clerks; a partner sees its own"}
    )
    verdict = fields.String(
        load_default=None, validate=validate.OneOf([one.value for one in Verdict])
    )
    code = Text(load_default=None, longest=50)
    conversion_id = fields.UUID(load_default=None)
    after = fields.UUID(load_default=None)
    limit = WholeInQuery(load_default=50, lowest=1, highest=100)


class ConversionSchema(Schema):
    """One line of a purchase as it is now."""

    conversion_id = fields.UUID()
    partner_id = fields.String()
    order_id = fields.String()
    line_id = fields.String()
    action = fields.String()
    store_id = fields.String()
    click_id = fields.String()
    clicked_at = Moment()
    status = fields.String()
    category = fields.String(allow_none=True)
    paid_minor = fields.Integer()
    currency = fields.String()
    rate_micro = fields.Integer()
    ordered_at = Moment()
    reason = fields.String(allow_none=True)
    receipt_id = fields.UUID()
    version = fields.Integer()
    changed_at = Moment()


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


class RotationSchema(StrictSchema):
    """Which secret to renew, and how long the old one stays valid."""

    kind = fields.String(load_default="signing", validate=validate.OneOf(["signing", "key"]))
    overlap_hours = Whole(load_default=24, highest=_LONGEST_OVERLAP_HOURS)


class NewSecretSchema(Schema):
    """The new secret, shown this once."""

    kind = fields.String()
    secret = fields.String()
    old_valid_until = Moment()


class ExchangeRateSchema(StrictSchema):
    """What one unit of the currency is worth."""

    rate_micro = Whole(
        required=True,
        lowest=1,
        highest=_LARGEST_RATE_MICRO,
        metadata={"description": "rubles for one unit of the currency, times 1 000 000"},
    )
    valid_from = Moment(load_default=None, allow_none=True, metadata={"description": "null: now"})


class KnownExchangeRateSchema(Schema):
    """An exchange rate as it is kept."""

    currency = fields.String()
    rate_micro = fields.Integer()
    valid_from = Moment()


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
