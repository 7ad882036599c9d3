"""Finds the contract files: schemas, samples, and what asyncapi.yaml declares."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CONTRACTS = Path(__file__).parents[2] / "contracts"
EXAMPLES = CONTRACTS / "examples"
EVENT_TYPES = sorted(
    path.name.removesuffix(".v1.schema.json")
    for path in (CONTRACTS / "events").glob("*.v1.schema.json")
)


@dataclass(frozen=True, slots=True)
class Operation:
    """One line of the map: a service says to, or hears from, a channel."""

    service: str
    channel: str
    event_types: frozenset[str]
    group: str | None
    snapshots: bool


def schema(name: str) -> dict[str, Any]:
    """Read the schema of an event's data, or of the envelope."""
    folder = CONTRACTS if name == "envelope" else CONTRACTS / "events"
    return _read(folder / f"{name}.v1.schema.json")


def sample_paths(name: str, kind: str) -> list[Path]:
    """List the samples of an event type: `valid` or `invalid` ones."""
    return sorted((EXAMPLES / f"{name}.v1" / kind).glob("*.json"))


def all_samples(kind: str) -> list[Path]:
    """List the samples of all event types."""
    return [path for name in EVENT_TYPES for path in sample_paths(name, kind)]


def read(path: Path) -> dict[str, Any]:
    """Read one sample."""
    return _read(path)


def title(path: Path) -> str:
    """Name a sample in test output: `click.recorded/first_click`."""
    return f"{path.parts[-3].removesuffix('.v1')}/{path.stem}"


@cache
def asyncapi() -> dict[str, Any]:
    """Read the map."""
    document: dict[str, Any] = yaml.safe_load((CONTRACTS / "asyncapi.yaml").read_text())
    return document


def operations(action: str) -> list[Operation]:
    """List what is declared as `send` or `receive`."""
    return [
        _operation(declared)
        for declared in asyncapi()["operations"].values()
        if declared["action"] == action
    ]


def _operation(declared: dict[str, Any]) -> Operation:
    channel = _last(declared["channel"])
    groups = declared.get("bindings", {}).get("kafka", {}).get("groupId", {}).get("enum", [None])
    return Operation(
        service=declared["tags"][0]["name"],
        channel=channel,
        event_types=frozenset(_last(one).replace("_", ".", 1) for one in declared["messages"]),
        group=groups[0],
        snapshots=asyncapi()["channels"][channel]["x-snapshots"],
    )


def _last(reference: dict[str, str]) -> str:
    return reference["$ref"].rsplit("/", 1)[1]


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text())
    return content
