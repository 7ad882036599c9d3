"""JSON from outside, read strictly: what the standard library forgives has cost others money.

Refused: text that is not UTF-8, a name given twice (the last would win in silence), NaN and
Infinity, numbers of hundreds of digits, nesting that would exhaust the stack, NUL and lone
surrogates (PostgreSQL cannot keep them).
"""

import json
import re
from typing import NoReturn

_DEEPEST = 32
_LONGEST_NUMBER = 40
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


class MalformedJson(ValueError):
    """The body is no JSON that can be taken; the message says where."""

    code = "malformed_json"


def read_json(raw: bytes) -> object:
    """Read a JSON document; raises MalformedJson."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        message = f"The body is not UTF-8: byte {fault.start} is wrong."
        raise MalformedJson(message) from None
    _check_depth(text)
    try:
        document: object = json.loads(
            text,
            object_pairs_hook=_pairs,
            parse_constant=_refuse_constant,
            parse_int=_integer,
            parse_float=_decimal,
        )
    except json.JSONDecodeError as fault:
        message = f"The body is not JSON: {fault.msg} at line {fault.lineno} column {fault.colno}."
        raise MalformedJson(message) from None
    return document


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
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            message = f"The body names {name[:50]!r} twice."
            raise MalformedJson(message)
        _check_text(name)
        _check_values(value)
        found[name] = value
    return found


def _check_values(value: object) -> None:
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, list):
        for one in value:
            _check_values(one)


def _check_text(text: str) -> None:
    if _UNKEEPABLE.search(text):
        message = (
            f"{text[:20]!r} has a character that cannot be kept (NUL or half a surrogate pair)."
        )
        raise MalformedJson(message)


def _integer(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        message = f"The number {text[:20]}… has {len(text)} digits."
        raise MalformedJson(message)
    return int(text)


def _decimal(text: str) -> float:
    if len(text) > _LONGEST_NUMBER or abs(float(text)) == float("inf"):
        _refuse_constant(text)
    return float(text)


def _refuse_constant(text: str) -> NoReturn:
    message = f"{text[:20]} is not a number that can be taken."
    raise MalformedJson(message)
