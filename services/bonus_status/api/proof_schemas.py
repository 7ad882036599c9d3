"""The shapes of proofs, keys and anchors over HTTP."""

from marshmallow import fields

from shared.schemas import Moment, StrictSchema, WholeInQuery


class ProofSchema(StrictSchema):
    """A signed proof, in canonical JSON: to be kept byte by byte, for `cashback proof check`."""

    proof = fields.Dict(keys=fields.String(), required=True)
    sha256 = fields.String(required=True, metadata={"description": "of `proof`, canonical JSON"})
    key_id = fields.String(required=True)
    signature = fields.String(required=True, metadata={"description": "Ed25519, over `proof`"})


class KeysSchema(StrictSchema):
    """The public keys that proofs are signed by, id → key, in hexadecimal digits."""

    keys = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class AnchorsQuerySchema(StrictSchema):
    """Which anchors to list."""

    limit = WholeInQuery(lowest=1, highest=100, load_default=20)
    before = fields.Date(load_default=None, metadata={"description": "of days before this one"})


class AnchorSchema(StrictSchema):
    """One day's seal over all members' chains."""

    day = fields.Date(required=True)
    made_at = Moment(required=True)
    members = fields.Integer(required=True)
    anchor_hash = fields.String(required=True)


class AnchorsSchema(StrictSchema):
    """Anchors, the newest first."""

    data = fields.List(fields.Nested(AnchorSchema), required=True)
