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
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)
# Nearer the ends of the calendar, a moment cannot be shown in every time zone.
FIRST_YEAR, LAST_YEAR = 2000, 2199
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


class Truth(fields.Boolean):
    """`true` or `false` of JSON, nothing that only looks like one: 0 is no `false`."""

    def _deserialize(
        self,
        value: Any,
        attr: str | None,
        data: Mapping[str, Any] | None,
        **kwargs: Any,
    ) -> bool:
        del attr, data, kwargs
        if isinstance(value, bool):
            return value
        raise self.make_error("invalid", input=value)  # noqa: EM101 - a key


class ShortList(fields.List[Any]):
    """A list of `fewest` to `most` elements: counted first, since looking at each costs time."""

    def __init__(self, one: Any, *, most: int, fewest: int = 0, **options: Any) -> None:
        """Take the field of one element and the limits; other options are marshmallow's."""
        self._count = validate.Length(min=fewest, max=most)
        super().__init__(
            one, validate=[self._count, *_as_list(options.pop("validate", None))], **options
        )

    def _deserialize(
        self,
        value: Any,
        attr: str | None,
        data: Mapping[str, Any] | None,
        **kwargs: Any,
    ) -> list[Any]:
        if isinstance(value, list):
            self._count(value)
        found: list[Any] = super()._deserialize(value, attr, data, **kwargs)
        return found


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
    """A moment with its offset, RFC 3339 (`2026-12-01T00:00:00Z`); loaded and dumped in UTC.

    Of the years 2000 to 2199.
    """

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
        if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
            raise self.make_error("invalid", obj_type="datetime", input=value)  # noqa: EM101 - a key
        moment = super()._deserialize(value, attr, data, **kwargs)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            message = f"Not a year from {FIRST_YEAR} to {LAST_YEAR}."
            raise ValidationError(message)
        return moment.astimezone(UTC)

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
