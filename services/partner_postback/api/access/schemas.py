"""The shapes of what partners read: receipts, conversions, what a message would do."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from marshmallow import Schema, ValidationError, fields, validate

from services.partner_postback.api.schemas import VerdictSchema
from services.partner_postback.domain.algebra import Status
from services.partner_postback.formats.fields import LONGEST_ID
from services.partner_postback.formats.request import Source
from services.partner_postback.store.access.conversions import MOST_MESSAGES
from services.partner_postback.verdicts import Verdict
from shared.schemas import Moment, Slug, StrictSchema, Text, WholeInQuery, rfc3339

_TEXT = {"type": "string"}


class Cursor(fields.Field[tuple[datetime, UUID]]):
    """Where a page ended, opaque to its reader: the moment and the id of the last one seen."""

    def _deserialize(
        self,
        value: Any,
        attr: str | None,
        data: Mapping[str, Any] | None,
        **kwargs: Any,
    ) -> tuple[datetime, UUID]:
        del attr, data, kwargs
        try:
            at, _, last = base64.b64decode(str(value), b"-_", validate=True).decode().partition(" ")
            return Moment().deserialize(at), UUID(last)
        except (binascii.Error, ValueError):  # of ours, only a cursor that was cut or changed
            message = "Send what `next` of the page before was."
            raise ValidationError(message) from None

    def _serialize(
        self, value: tuple[datetime, UUID] | None, attr: str | None, obj: object, **kwargs: Any
    ) -> str | None:
        del attr, obj, kwargs
        if value is None:
            return None
        return base64.urlsafe_b64encode(f"{rfc3339(value[0])} {value[1]}".encode()).decode()


class ReceiptSchema(VerdictSchema):
    """One authenticated request and its verdict."""

    partner_id = fields.String()
    received_at = Moment()
    format = fields.String()
    format_version = fields.String(
        metadata={"description": "the profile's that it was read by; empty: our own formats"}
    )
    method = fields.String()
    transport_id = fields.String(
        allow_none=True, metadata={"description": "the webhook-id; null: its format has none"}
    )
    source = fields.String(metadata={"description": "pushed, pulled or of a file"})
    source_id = fields.UUID(
        allow_none=True, metadata={"description": "the pull or file that it came with"}
    )
    row_number = fields.Integer(allow_none=True, metadata={"description": "there, from 1"})
    field = fields.String(allow_none=True)
    rule = fields.String(
        allow_none=True, metadata={"description": "the rule against fraud that held it"}
    )
    said = fields.Dict(
        allow_none=True, metadata={"description": "what was read; null: it could not be read"}
    )


class RawRequestSchema(Schema):
    """The request as it came, without the key."""

    query = fields.String()
    headers = fields.Dict(keys=fields.String(), values=fields.String())
    body = fields.String(metadata={"description": "as text; empty when it is not UTF-8"})
    body_base64 = fields.String()


class DecisionSchema(Schema):
    """What a clerk decided on a receipt that was held, and what came of it."""

    decision = fields.String(validate=validate.OneOf(["released", "refused"]))
    code = fields.String(metadata={"description": "what held it, which the clerk let pass"})
    rule = fields.String(allow_none=True)
    reason = fields.String()
    decided_by = fields.String()
    decided_at = Moment()
    verdict = fields.String(metadata={"description": "of the decision that followed"})
    verdict_code = fields.String()


class WholeReceiptSchema(ReceiptSchema):
    """A receipt with the request that it answers, and what clerks decided on it."""

    request = fields.Nested(RawRequestSchema)
    decisions = fields.List(
        fields.Nested(DecisionSchema), metadata={"description": "of clerks, while it was held"}
    )


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
    source = fields.String(
        load_default=None, validate=validate.OneOf([one.value for one in Source])
    )
    order_id = Text(load_default=None, longest=LONGEST_ID)
    conversion_id = fields.UUID(load_default=None)
    after = fields.UUID(load_default=None)
    limit = WholeInQuery(load_default=50, lowest=1, highest=100)


class TriedConversionSchema(Schema):
    """One line of a purchase as it would be; no receipt of it will ever exist."""

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
    version = fields.Integer()
    changed_at = Moment()


class ConversionSchema(TriedConversionSchema):
    """One line of a purchase as it is now."""

    receipt_id = fields.UUID()


class SaidSchema(Schema):
    """One message that counts, and the receipt of the request that brought it."""

    receipt_id = fields.UUID()
    received_at = Moment()
    source = fields.String()
    format = fields.String()
    said = fields.Dict(metadata={"description": "what was read"})


class WholeConversionSchema(ConversionSchema):
    """A conversion and what it is made of: messages about its line and about its whole order."""

    messages = fields.List(
        fields.Nested(SaidSchema),
        metadata={
            "description": f"the first {MOST_MESSAGES} of the line and of the order; all of them: "
            "GET /receipts?conversion_id="
        },
    )


class ConversionListSchema(Schema):
    """A page of conversions by when they changed last, the oldest change first."""

    data = fields.List(fields.Nested(WholeConversionSchema))
    next = Cursor(
        allow_none=True,
        metadata={
            "description": "send as `after` for the next page; after the last one ask anew, with "
            "`changed_since`",
            **_TEXT,
        },
    )


class ConversionQuerySchema(StrictSchema):
    """Which conversions."""

    partner_id = Slug(
        load_default=None, metadata={"description": "clerks name it; a partner sees its own"}
    )
    order_id = Text(load_default=None, longest=LONGEST_ID)
    status = fields.String(
        load_default=None, validate=validate.OneOf([one.value for one in Status])
    )
    changed_since = Moment(
        load_default=None,
        metadata={
            "description": "a change shows up to half a minute after its moment: to hear of all, "
            "ask from a minute before the last one you saw"
        },
    )
    after = Cursor(load_default=None, metadata=_TEXT)
    limit = WholeInQuery(load_default=50, lowest=1, highest=100)


class TriedLineSchema(Schema):
    """A line of the order as it is, and as it would be; null: there is none."""

    before = fields.Nested(ConversionSchema, allow_none=True)
    after = fields.Nested(TriedConversionSchema, allow_none=True)


class DryRunSchema(VerdictSchema):
    """What a request would be answered with, and what it would change. Nothing was kept."""

    receipt_id = fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "of the request that had this webhook-id first; else null"},
    )
    field = fields.String(allow_none=True)
    rule = fields.String(allow_none=True)
    status = fields.Integer(metadata={"description": "the HTTP status of the real answer"})
    said = fields.Dict(
        allow_none=True, metadata={"description": "what was read; null: it could not be read"}
    )
    lines = fields.List(
        fields.Nested(TriedLineSchema),
        metadata={"description": "those that would change, and the one that the verdict names"},
    )
