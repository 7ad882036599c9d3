"""What every part of the sandbox takes from its callers, and how it pages its answers."""

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from shared.schemas import StrictSchema, WholeInQuery

PAGE_OF_HTML = {"type": "string"}


class Number(fields.Float):
    """A number of JSON, not a text that looks like one."""

    def _deserialize(
        self,
        value: Any,
        attr: str | None,
        data: Mapping[str, Any] | None,
        **kwargs: Any,
    ) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise self.make_error("invalid", input=value)  # noqa: EM101 - a key
        number: float = super()._deserialize(value, attr, data, **kwargs)
        return number


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
