"""The code says exactly what the map says it says."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture import source
from tests.contract import samples

SPEAKERS = sorted({one.service for one in samples.operations("send")})


def _declared(service: str) -> set[tuple[str, str]]:
    return {
        (one.channel, name)
        for one in samples.operations("send")
        if one.service == service
        for name in one.event_types
        if name != "message.parked"  # the kit says it for every consumer
    }


def _modules_that_say(service: str) -> list[Path]:
    """Find the modules that build events: they import the envelope or name it `events.py`."""
    return [
        path
        for path in source.python_files(f"services/{service}")
        if "shared.events.Event" in set(source.imports(path))
        or (path.name == "events.py" and "shared.contracts.check" in set(source.imports(path)))
    ]


def _texts(path: Path) -> Iterator[str]:
    for node in ast.walk(source.tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.mark.parametrize("service", SPEAKERS)
def test_the_code_says_what_the_map_says(service: str) -> None:
    """INVARIANT: an event that is said stands in the map, and the map promises none that is not."""
    texts = {text for path in _modules_that_say(service) for text in _texts(path)}
    said = texts.intersection(samples.EVENT_TYPES)
    assert said == {name for _, name in _declared(service)}


@pytest.mark.parametrize("service", SPEAKERS)
def test_the_code_names_the_topics_of_the_map(service: str) -> None:
    """The topic of each event is written where the event is built."""
    texts = {text for path in _modules_that_say(service) for text in _texts(path)}
    channels = set(samples.asyncapi()["channels"])
    topics = {channel for channel, _ in _declared(service)}
    assert topics <= texts.intersection(channels)
