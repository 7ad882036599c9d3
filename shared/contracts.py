"""Strict when we speak: an event that breaks its contract fails the transaction that says it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

SCHEMAS = Path(__file__).parent.parent / "contracts" / "events"


class ContractBroken(ValueError):
    """The data of an event does not fit its JSON Schema in contracts/events."""

    def __init__(self, event_type: str, why: str) -> None:
        """Name the event, and the field within the reason."""
        super().__init__(f"{event_type}: {why}")


def check(event_type: str, data: dict[str, Any]) -> None:
    """Check the data of an event that is about to be said; raises ContractBroken."""
    try:
        _validator(event_type).validate(data)
    except jsonschema_rs.ValidationError as fault:
        field = ".".join(map(str, ("data", *fault.instance_path)))
        raise ContractBroken(event_type, f"{field}: {fault.message}") from None


@cache
def _validator(event_type: str) -> jsonschema_rs.Validator:
    path = SCHEMAS / f"{event_type}.v1.schema.json"
    if not path.is_file():
        raise ContractBroken(event_type, f"no such contract: {path.name}")
    return jsonschema_rs.validator_for(json.loads(path.read_text()))
