"""YAML as plain data with line numbers, built from the parser's events.

Scalars stay text: `no` is a name and `7.10` keeps its digits; its schema says what a field is.
Anchors, aliases and tags are refused: ten short lines of aliases can stand for a gigabyte of data.
"""

from collections.abc import Iterator
from typing import Any

import yaml

from services.catalog.files.located import (
    LONGEST_LIST,
    Located,
    Path,
    Problem,
    UnusableFile,
    spell,
)

_DEEPEST = 12
_MOST_KEYS = 1_000
_NULLS = {"", "~", "null", "Null", "NULL"}


def read(text: str) -> Located:
    """Read one YAML document; raises UnusableFile."""
    lines: dict[Path, int] = {}
    try:
        events = yaml.parse(text, Loader=yaml.CSafeLoader)
        data = _Tree(_plain(events), lines).document()
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        line = 1 if mark is None else mark.line + 1
        raise UnusableFile([Problem(line, "", f"This is not YAML: {fault.problem}.")]) from None
    except yaml.YAMLError as fault:
        raise UnusableFile([Problem(1, "", f"This is not YAML: {_short(fault)}.")]) from None
    return Located(data, lines)


def _plain(events: Iterator[yaml.Event]) -> Iterator[yaml.Event]:
    for event in events:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _refused(event, "Anchors and aliases (& and *) are not accepted: write it out.")
        if getattr(event, "tag", None):
            raise _refused(event, "Tags (!) are not accepted: write plain text.")
        yield event


class _Tree:
    """Builds the data of one document; a stream that goes on after it is refused."""

    def __init__(self, events: Iterator[yaml.Event], lines: dict[Path, int]) -> None:
        self._events = events
        self._lines = lines

    def document(self) -> Any:
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                data = self._node(next(self._events), ())
                self._only_document()
                return data
        return None

    def _only_document(self) -> None:
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                raise _refused(event, "A second document (---) is not accepted.")

    def _node(self, event: yaml.Event, path: Path) -> Any:
        self._lines.setdefault(path, _line(event))
        if len(path) > _DEEPEST:
            raise _refused(event, f"This is nested deeper than {_DEEPEST} levels.")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(path)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        assert isinstance(event, yaml.ScalarEvent)
        return None if event.implicit[0] and event.value in _NULLS else event.value

    def _list(self, path: Path) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            if len(found) == LONGEST_LIST:
                raise self._too_long(path, f"At most {LONGEST_LIST} stand in one list.")
            found.append(self._node(event, (*path, len(found))))
        return found

    def _mapping(self, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise _refused(event, "A key must be plain text.")
            key = event.value
            here = (*path, key)
            if key in found:
                first = self._lines[here]
                message = f"This key stands here twice; first on line {first}."
                raise UnusableFile([Problem(_line(event), spell(here), message)])
            if len(found) == _MOST_KEYS:
                raise self._too_long(path, f"At most {_MOST_KEYS} keys stand in one place.")
            self._lines[here] = _line(event)
            found[key] = self._node(next(self._events), here)
        return found

    def _too_long(self, path: Path, message: str) -> UnusableFile:
        return UnusableFile([Problem(self._lines[path], spell(path), message)])


def _refused(event: yaml.Event, message: str) -> UnusableFile:
    return UnusableFile([Problem(_line(event), "", message)])


def _line(event: yaml.Event) -> int:
    assert event.start_mark is not None
    return event.start_mark.line + 1


def _short(fault: yaml.YAMLError) -> str:
    return " ".join(str(fault).split())[:200]
