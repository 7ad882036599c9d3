"""From the bytes of a catalog file to its stores: all faults of one stage are told together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from marshmallow import ValidationError

from services.catalog.domain import Group
from services.catalog.files import csv_file, rules, yaml_file
from services.catalog.files.file_schema import Entry, FileSchema
from services.catalog.files.located import PROBLEMS_SHOWN, Located, Path, Problem, UnusableFile

READERS = {
    "application/yaml": yaml_file.read,
    "application/x-yaml": yaml_file.read,
    "text/yaml": yaml_file.read,
    "text/csv": csv_file.read,
}


@dataclass(frozen=True, slots=True)
class CatalogFile:
    """What a file says, and where it says it."""

    groups: tuple[Group, ...]
    entries: tuple[Entry, ...]
    located: Located

    def problem(self, path: Path, message: str) -> Problem:
        """Answer a problem that came to light later, on the line it belongs to."""
        return self.located.problem(path, message)


def read(raw: bytes, media_type: str, places: Mapping[str, str]) -> CatalogFile:
    """Read a file of one of READERS; `{place}` in it stands for an address. Raises UnusableFile."""
    text = _decoded(raw)
    for place, address in places.items():
        text = text.replace("{" + place + "}", address)
    located = READERS[media_type](text)
    said = _shaped(located)
    faults = chain(_repeats(said), _broken_rules(said["stores"]))
    problems = [located.problem(path, why) for path, why in islice(faults, PROBLEMS_SHOWN + 1)]
    if problems:
        raise UnusableFile(problems)
    return CatalogFile(tuple(said["groups"]), tuple(said["stores"]), located)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = raw.count(b"\n", 0, fault.start) + 1
        message = f"The byte 0x{raw[fault.start]:02X} is not UTF-8: save the file as UTF-8."
        raise UnusableFile([Problem(line, "", message)]) from None


def _shaped(located: Located) -> dict[str, Any]:
    if not isinstance(located.data, dict):
        raise UnusableFile([Problem(1, "", "The file must begin with `stores:` and list them.")])
    try:
        said: dict[str, Any] = FileSchema().load(located.data)
    except ValidationError as fault:
        told = _flat(fault.messages, ())
        raise UnusableFile([located.problem(path, message) for path, message in told]) from None
    return said


def _flat(messages: object, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(messages, dict):
        for name, inner in messages.items():
            yield from _flat(inner, path if name == "_schema" else (*path, name))
    elif isinstance(messages, list):
        for message in messages:
            yield from _flat(message, path)
    else:
        yield path, str(messages)


def _broken_rules(entries: list[Entry]) -> Iterator[rules.Fault]:
    for index, entry in enumerate(entries):
        for path, message in rules.faults(entry.store):
            yield ("stores", index, *path), message


def _repeats(said: dict[str, Any]) -> Iterator[rules.Fault]:
    yield from _repeated("stores", "store_id", [one.store.store_id for one in said["stores"]])
    yield from _repeated("groups", "group_id", [one.group_id for one in said["groups"]])


def _repeated(kind: str, field: str, names: list[str]) -> Iterator[rules.Fault]:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            yield (kind, index, field), f"{name!r} stands in this file twice."
        seen.add(name)
