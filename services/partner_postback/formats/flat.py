"""JSON as a flat record: `{"amount": {"value": 5}}` is `{"amount.value": "5"}`; no nulls."""

from services.partner_postback.formats.request import Code, Refused

_MOST_FIELDS = 500


def flatten(document: object) -> dict[str, str]:
    """Answer the texts of a JSON object by their paths; raises Refused that names the field."""
    if not isinstance(document, dict):
        raise Refused(Code.INVALID_FIELDS, "The body is not a JSON object.")
    flat: dict[str, str] = {}
    _flatten(document, "", flat)
    return flat


def _flatten(value: object, path: str, flat: dict[str, str]) -> None:
    if len(flat) > _MOST_FIELDS:
        raise Refused(Code.TOO_MANY_PARAMETERS, f"At most {_MOST_FIELDS} fields.")
    if isinstance(value, dict):
        for name, one in value.items():
            _flatten(one, f"{path}.{name}" if path else name, flat)
    elif isinstance(value, list):
        for place, one in enumerate(value):
            _flatten(one, f"{path}.{place}", flat)
    elif value is not None:
        flat[path] = _text(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)  # of a decimal that came as a number, the shortest text that means it
