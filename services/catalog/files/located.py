"""Data that remembers the line each of its parts was written on, and the problems found in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]
PROBLEMS_SHOWN = 100
# A megabyte can hold 340 000 empty stores: they are counted before anybody looks at one.
LONGEST_LIST = 5_000
PERIODS_AT_MOST = 50


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong: where a person finds it, and what to write instead."""

    line: int
    field: str
    message: str

    def __str__(self) -> str:
        """Say it as compilers do, the name of the file left to the reader of it."""
        return ": ".join(filter(None, [str(self.line), self.field, self.message]))


class UnusableFile(Exception):
    """The file is not imported, not even in part; `problems` says line by line why."""

    code = "unusable_catalog_file"

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the first problems in the order of the file; nobody reads ten thousand."""
        found = sorted(set(problems))
        self.problems = found[:PROBLEMS_SHOWN]
        count = "1 problem" if len(found) == 1 else f"{len(found)} problems"
        if len(found) > PROBLEMS_SHOWN:
            # Readers stop when there are that many: how many more there are is not known.
            count = f"more than {PROBLEMS_SHOWN} problems, the first {PROBLEMS_SHOWN} are shown"
        super().__init__(f"Nothing was imported: the file has {count}.")


@dataclass(frozen=True, slots=True)
class Located:
    """Plain data, its scalars still text, with the line of every key and item."""

    data: Any
    lines: Mapping[Path, int]

    def problem(self, path: Path, message: str) -> Problem:
        """Answer a problem at a path, on the nearest line that is known."""
        known = (
            self.lines[path[:end]] for end in range(len(path), -1, -1) if path[:end] in self.lines
        )
        return Problem(next(known, 1), spell(path), message)


def spell(path: Sequence[str | int]) -> str:
    """Write a path as people do: `stores[3].terms[0].rates.others`."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(parts).removeprefix(".")
