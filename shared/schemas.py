"""Strict marshmallow fields: outside data is taken as meant, or refused with its field named."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from marshmallow import RAISE, Schema, ValidationError, fields, validate

_encode_json = msgspec.json.Encoder().encode
LARGEST_INTEGER = 2**63 - 1
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
_SLUG = r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?"


class StrictSchema(Schema):
    """A schema that refuses fields it does not know."""

    class Meta:
        """Unknown fields from people and other companies are mistakes: say so."""

        unknown = RAISE


class Text(fields.String):
    """A text of 1 to `longest` characters without control characters that cannot be kept."""

    def __init__(self, *, longest: int = 200, shortest: int = 1, **options: Any) -> None:
        """Take the limits; other options are marshmallow's."""
        checks = [
            validate.Length(min=shortest, max=longest),
            *_as_list(options.pop("validate", None)),
        ]
        super().__init__(validate=checks, **options)

    def _deserialize(
        self,
        value: Any,
        attr: str | None,
        data: Mapping[str, Any] | None,
        **kwargs: Any,
    ) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if _UNKEEPABLE.search(text):
            message = "It has a character that cannot be kept."
            raise ValidationError(message)
        return text


class Slug(Text):
    """A readable id such as `home-market`: lower-case letters, digits and hyphens, at most 64."""

    def __init__(self, **options: Any) -> None:
        """Take marshmallow's options."""
        # Python's $ also stands before a last line break, which is no part of a slug.
        shape = validate.Regexp(rf"^{_SLUG}$(?!\n)", error="Use a-z, 0-9 and hyphens.")
        super().__init__(longest=64, validate=shape, **options)


class Whole(fields.Integer):
    """A whole number given as one (no `5.7`, no `"1_000"`, no booleans) that a bigint holds."""

    def __init__(
        self,
        *,
        lowest: int = 0,
        highest: int = LARGEST_INTEGER,
        **options: Any,
    ) -> None:
        """Take the limits; other options are marshmallow's."""
        super().__init__(strict=True, validate=validate.Range(lowest, highest), **options)

    def _deserialize(
        self,
        value: Any,
        attr: str | None,
        data: Mapping[str, Any] | None,
        **kwargs: Any,
    ) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.make_error("invalid", input=value)  # noqa: EM101 - a key
        number: int = super()._deserialize(value, attr, data, **kwargs)
        return number


class WholeInQuery(fields.Integer):
    """A whole number in a query string: ASCII digits only."""

    def __init__(
        self,
        *,
        lowest: int = 0,
        highest: int = LARGEST_INTEGER,
        **options: Any,
    ) -> None:
        """Take the limits; other options are marshmallow's."""
        super().__init__(validate=validate.Range(lowest, highest), **options)

    def _deserialize(
        self,
        value: Any,
        attr: str | None,
        data: Mapping[str, Any] | None,
        **kwargs: Any,
    ) -> int:
        if not re.fullmatch(r"-?[0-9]{1,19}", str(value), re.ASCII):
            raise self.make_error("invalid", input=value)  # noqa: EM101 - a key
        number: int = super()._deserialize(value, attr, data, **kwargs)
        return number


class Moment(fields.AwareDateTime):
    """A moment with its offset, RFC 3339 (`2026-12-01T00:00:00Z`); loaded and dumped in UTC."""

    def __init__(self, **options: Any) -> None:
        """Take marshmallow's options."""
        super().__init__(format="iso", **options)

    def _deserialize(
        self,
        value: Any,
        attr: str | None,
        data: Mapping[str, Any] | None,
        **kwargs: Any,
    ) -> datetime:
        try:
            return super()._deserialize(value, attr, data, **kwargs).astimezone(UTC)
        except OverflowError:
            raise self.make_error("invalid", obj_type="datetime") from None  # noqa: EM101 - a key

    def _serialize(
        self,
        value: datetime | None,
        attr: str | None,
        obj: object,
        **kwargs: Any,
    ) -> str | None:
        del attr, obj, kwargs
        return None if value is None else rfc3339(value)


def rfc3339(moment: datetime) -> str:
    """Write a moment in UTC with Z: `2026-12-01T00:00:00Z`."""
    return _encode_json(moment.astimezone(UTC))[1:-1].decode()


def _as_list(checks: Any) -> list[Any]:
    if checks is None:
        return []
    return list(checks) if isinstance(checks, (list, tuple)) else [checks]
