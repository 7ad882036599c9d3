"""What is sent and answered about certificates."""

from marshmallow import EXCLUDE, Schema, fields, validate

from services.payout.api.tills.schemas import LONGEST_CODE, RedeemedHereSchema
from services.payout.states import State
from shared.schemas import Moment, StrictSchema, Text, Whole

_MOST_POINTS = 10**9
_STATUS = validate.OneOf(["issued", "redeemed", "replaced", "void"])


class KeySchema(Schema):
    """The caller's own name for its order; asking again with it is safe."""

    class Meta:
        """Other headers are none of our business."""

        unknown = EXCLUDE

    key = fields.UUID(data_key="Idempotency-Key", required=True)


class NewOrderSchema(StrictSchema):
    """Which certificate is ordered."""

    denomination = Whole(
        required=True,
        lowest=1,
        highest=_MOST_POINTS,
        metadata={"description": "points, which are rubles; one of the list that holds now"},
    )


class OrderSchema(Schema):
    """An order: `requested` and `reserved` wait, `refused` says why in its reason."""

    payout_id = fields.UUID(required=True)
    denomination = fields.Integer(required=True)
    state = fields.String(required=True, validate=validate.OneOf([one.value for one in State]))
    reason = fields.String(required=True, allow_none=True)
    ordered_at = Moment(required=True)
    certificate_id = fields.UUID(required=True, allow_none=True)


class CodeTriedSchema(StrictSchema):
    """A code as it was typed."""

    code = Text(required=True, longest=LONGEST_CODE, metadata={"example": "7KQ4-M2XW-9HBD-R5TE"})


class CodeWorthSchema(Schema):
    """What a code is worth: its rubles while it is `issued`, nothing else."""

    denomination = fields.Integer(required=True)
    status = fields.String(required=True, validate=_STATUS)


class CertificateSchema(Schema):
    """A certificate without its code; `issued` is open."""

    certificate_id = fields.UUID(required=True)
    payout_id = fields.UUID(required=True)
    member_id = fields.UUID(required=True)
    denomination = fields.Integer(required=True)
    status = fields.String(required=True, validate=_STATUS)
    issued_at = Moment(required=True)
    revealed_at = Moment(required=True, allow_none=True)


class CertificateListSchema(Schema):
    """A member's certificates, oldest first; one that has a newer code is left out."""

    data = fields.List(fields.Nested(CertificateSchema), required=True)


class CodeSchema(CertificateSchema):
    """A certificate with its code: for its owner, never for a log."""

    code = fields.String(required=True)


class ByClerkSchema(StrictSchema):
    """Who decides, and why; both are kept here and go nowhere else."""

    clerk = Text(required=True, longest=100)
    reason = Text(required=True, longest=200)


class CertificateActSchema(Schema):
    """What a clerk did with a certificate."""

    act = fields.String(required=True, validate=validate.OneOf(["reissued", "voided"]))
    clerk = fields.String(required=True)
    reason = fields.String(required=True)
    acted_at = Moment(required=True)


class CertificateDeskSchema(CertificateSchema):
    """A certificate as a clerk sees it: without its code, with what became of it."""

    replaces = fields.UUID(required=True, allow_none=True)
    replaced_by = fields.UUID(required=True, allow_none=True)
    act = fields.Nested(CertificateActSchema, required=True, allow_none=True)
    redemption = fields.Nested(RedeemedHereSchema, required=True, allow_none=True)


class DenominationsSchema(Schema):
    """What certificates are worth, in rising order, and what a member could order now."""

    data = fields.List(fields.Integer(), required=True)
    spendable = fields.Integer(
        required=True, metadata={"description": "points that nothing has asked for"}
    )
