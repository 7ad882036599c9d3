"""The switchboard: what the outside world does wrong, to whom, how often.

A fault is drawn per call; the narrowest one wins (a named phone or store before everybody), then
the oldest. `count` is how many more calls it takes; without one it lasts until it is cleared.
"""

import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from services.sandbox.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS faults (
    fault_number INTEGER PRIMARY KEY AUTOINCREMENT,
    mode TEXT NOT NULL,
    only_for TEXT,
    calls TEXT NOT NULL,
    count INTEGER CHECK (count > 0),
    share REAL NOT NULL CHECK (share > 0 AND share <= 1),
    seconds REAL,
    reason TEXT
);
"""
_PRECISION = 1_000_000


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to go wrong: `only_for` a phone or a store, in calls of one kind, or in all."""

    mode: str
    only_for: str | None = None
    calls: str = "writes"
    count: int | None = None
    share: float = 1.0
    seconds: float | None = None
    reason: str | None = None


class UnknownMode(Exception):
    """A part of the outside world cannot go wrong in that way."""

    code = "unknown_mode"
    field = "mode"

    def __init__(self, mode: str, modes: Mapping[str, str]) -> None:
        """List the ways it can."""
        super().__init__(f"{mode[:40]!r} is not one of: {', '.join(modes)}.")


class Faults:
    """The faults that are switched on, kept on disk beside the data."""

    def __init__(self, database: Database, modes: Mapping[str, str]) -> None:
        """Take the file that holds the table, and the modes with what each does."""
        self._database = database
        self.modes = modes

    def switch_on(self, fault: Fault) -> None:
        """Switch a fault on, in place of the same mode for the same phone or store."""
        if fault.mode not in self.modes:
            raise UnknownMode(fault.mode, self.modes)
        with self._database.write() as connection:
            connection.execute(
                "DELETE FROM faults WHERE mode = ? AND only_for IS ?", (fault.mode, fault.only_for)
            )
            connection.execute(
                "INSERT INTO faults (mode, only_for, calls, count, share, seconds, reason)"
                " VALUES (:mode, :only_for, :calls, :count, :share, :seconds, :reason)",
                asdict(fault),
            )

    def clear(self) -> None:
        """Heal: switch every fault off."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM faults")

    def switched_on(self) -> list[Fault]:
        """Answer the faults that are on, oldest first."""
        return [
            _fault(row) for row in self._database.read().execute("SELECT * FROM faults ORDER BY 1")
        ]

    def draw(self, calls: str, subject: str) -> Fault | None:
        """Answer the fault that this call meets, and use one of its count up."""
        for row in self._matching(self._database.read(), calls, subject):
            if secrets.randbelow(_PRECISION) >= row["share"] * _PRECISION:
                continue
            if row["count"] is None or self._use_up(row["fault_number"]):
                return _fault(row)
        return None

    def _matching(
        self, connection: sqlite3.Connection, calls: str, subject: str
    ) -> list[sqlite3.Row]:
        return connection.execute(
            "SELECT * FROM faults WHERE calls IN (?, 'all') AND (only_for IS NULL OR only_for = ?)"
            " ORDER BY only_for IS NULL, fault_number",
            (calls, subject),
        ).fetchall()

    def _use_up(self, fault_number: int) -> bool:
        # Two calls at once may have seen the same last count: only one of them may have it.
        with self._database.write() as connection:
            spent = connection.execute(
                "DELETE FROM faults WHERE fault_number = ? AND count = 1", (fault_number,)
            ).rowcount
            counted = connection.execute(
                "UPDATE faults SET count = count - 1 WHERE fault_number = ?", (fault_number,)
            ).rowcount
        return bool(spent or counted)


def _fault(row: sqlite3.Row) -> Fault:
    return Fault(**{name: row[name] for name in Fault.__dataclass_fields__})
