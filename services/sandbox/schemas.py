"""What every part of the sandbox takes from its callers, and how it pages its answers."""

from marshmallow import EXCLUDE, Schema, fields, validate

from shared.schemas import StrictSchema, WholeInQuery

PAGE_OF_HTML = {"type": "string"}


class KeySchema(Schema):
    """The caller's own name for what it asks; asking again with it is safe."""

    class Meta:
        """Other headers are none of our business."""

        unknown = EXCLUDE

    idempotency_key = fields.String(
        data_key="Idempotency-Key",
        required=True,
        validate=validate.Regexp(r"^[A-Za-z0-9_.:-]{1,255}\Z"),
    )


class AfterSchema(StrictSchema):
    """A page: what comes after a number, at most so many."""

    after = WholeInQuery(load_default=0)
    limit = WholeInQuery(load_default=200, lowest=1, highest=1000)
