"""JSON as a flat record: `{"amount": {"value": 5}}` is `{"amount.value": "5"}`; no nulls."""

from collections.abc import Container

from services.partner_postback.formats.request import Code, Refused

_MOST_FIELDS = 500


def flatten(document: object, leaving_out: Container[str] = ()) -> dict[str, str]:
    """Answer the texts of a JSON object by their paths; raises Refused that names the field.

    `leaving_out`: names at the top that nobody reads; a basket of a thousand goods is no record.
    """
    if not isinstance(document, dict):
        raise Refused(Code.INVALID_FIELDS, "The body is not a JSON object.")
    flat: dict[str, str] = {}
    for name, one in document.items():
        if name in leaving_out:
            continue
        if isinstance(one, str) and name not in flat and len(flat) < _MOST_FIELDS:
            flat[name] = one  # as nearly all are; files and pulls have a million of them
        else:
            _flatten(one, name, flat)
    return flat


def _flatten(value: object, path: str, flat: dict[str, str]) -> None:
    if len(flat) >= _MOST_FIELDS:
        raise Refused(Code.TOO_MANY_PARAMETERS, f"At most {_MOST_FIELDS} fields.")
    if isinstance(value, dict):
        for name, one in value.items():
            _flatten(one, f"{path}.{name}", flat)
    elif isinstance(value, list):
        for place, one in enumerate(value):
            _flatten(one, f"{path}.{place}", flat)
    elif path in flat:  # {"a.b": 1, "a": {"b": 2}}
        raise Refused(Code.DUPLICATE_PARAMETER, f"`{path[:50]}` is there twice.", path)
    elif value is not None:
        flat[path] = _text(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)  # of a decimal that came as a number, the shortest text that means it
