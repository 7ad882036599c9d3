"""JSON from outside, read strictly: what the standard library forgives has cost others money.

Refused: text that is not UTF-8, a name given twice (the last would win in silence), NaN and
Infinity, numbers of hundreds of digits, nesting that would exhaust the stack, NUL and lone
surrogates (PostgreSQL cannot keep them). The refusal names the field wherever there is one.
"""

import json
import re
from collections.abc import Callable
from functools import cache

_DEEPEST = 32
_LONGEST_NUMBER = 40
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


class MalformedJson(ValueError):
    """The body is no JSON that can be taken; the message says where, `field` is the path if any."""

    code = "malformed_json"

    def __init__(self, message: str, field: str | None = None) -> None:
        """Keep the field's path, such as `amount.amount_minor` or `lines.0`."""
        self.field = field
        super().__init__(message)


class _Unusable(Exception):
    """A number cannot be taken."""


def read_json(raw: bytes) -> object:
    """Read a JSON document; raises MalformedJson."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        message = f"The body is not UTF-8: byte {fault.start} is wrong."
        raise MalformedJson(message) from None
    _check_depth(text)
    try:
        document, is_plain = _decoded(text)
    except json.JSONDecodeError as fault:
        message = f"The body is not JSON: {fault.msg} at line {fault.lineno} column {fault.colno}."
        raise MalformedJson(message) from None
    if not is_plain:
        _check_values(document, "")
    return document


def _decoded(text: str) -> tuple[object, bool]:
    """Answer a document, and whether it needs no second look."""
    try:
        # NUL and half a surrogate pair can only come escaped.
        return _decoder(_raise).decode(text), "\\u" not in text
    except _Unusable:
        return _decoder(_keep).decode(text), False


def _check_depth(text: str) -> None:
    if text.count("[") + text.count("{") <= _DEEPEST:
        return  # it cannot be deeper, whatever stands in its strings
    depth = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            in_string = escaped or character != '"'
            escaped = not escaped and character == "\\"
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            if depth > _DEEPEST:
                message = f"The body is nested more than {_DEEPEST} levels deep."
                raise MalformedJson(message)
        elif character in "]}":
            depth -= 1


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)[:50]
        message = f"The body names {twice!r} twice."
        raise MalformedJson(message, _shown(twice))
    return found


def _check_values(value: object, place: str) -> None:
    if isinstance(value, str):
        _check_text(value, place)
    elif isinstance(value, _Unusable):
        raise MalformedJson(str(value), place or None)
    elif isinstance(value, dict):
        for name, one in value.items():
            path = f"{place}.{name}" if place else name
            _check_text(name, path)
            _check_values(one, path)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            _check_values(one, f"{place}.{number}" if place else str(number))


def _check_text(text: str, place: str) -> None:
    if _UNKEEPABLE.search(text):
        message = (
            f"{text[:20]!r} has a character that cannot be kept (NUL or half a surrogate pair)."
        )
        raise MalformedJson(message, _shown(place) or None)


def _shown(name: str) -> str:
    # A name of the body is repeated in the answer and in logs: only as far as it can be shown.
    return _UNKEEPABLE.sub("\N{REPLACEMENT CHARACTER}", name)[:200]


@cache
def _decoder(unusable: Callable[[str], object]) -> json.JSONDecoder:
    """Answer the decoder that does this with a number that cannot be taken.

    The first raises; only then it is worth while to keep the fault in its place, and to look for it
    there: most documents are read once.
    """

    def integer(text: str) -> object:
        if len(text) > _LONGEST_NUMBER:
            return unusable(f"The number {text[:20]}… has {len(text)} digits.")
        return int(text)

    def decimal(text: str) -> object:
        if len(text) > _LONGEST_NUMBER or abs(float(text)) == float("inf"):
            return constant(text)
        return float(text)

    def constant(text: str) -> object:
        return unusable(f"{text[:20]} is not a number that can be taken.")

    return json.JSONDecoder(
        object_pairs_hook=_pairs,
        parse_constant=constant,
        parse_int=integer,
        parse_float=decimal,
    )


def _raise(why: str) -> object:
    raise _Unusable(why)


def _keep(why: str) -> object:
    return _Unusable(why)
