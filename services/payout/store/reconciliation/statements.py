"""The operator's daily files by version, and the lines of each; a day's newest version counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from services.payout.reconciliation.matching import Class, Line, Movement
from services.payout.reconciliation.statement import Statement
from shared.arrays import array, columns

# One reconciliation at a time: each looks at the lines of other days too. Readers go on.
_LOCK = text("LOCK TABLE reconciliations IN SHARE ROW EXCLUSIVE MODE")
_CURRENT = text("""
SELECT day, version, file_hash FROM reconciliations JOIN statement_files USING (day, version)
WHERE day = :day
""")
_KEEP_FILE = text("""
INSERT INTO statement_files (day, version, file_hash, taken_at, by_hand, lines, rubles)
VALUES (:day, :version, :file_hash, :now, :by_hand, :lines, :rubles)
""")
_KEEP_LINES = text("""
INSERT INTO statement_lines
    (day, version, position, movement, entry, key, top_up_id, executed_at, rubles)
SELECT :day, :version, position, movement, entry, key, top_up_id, executed_at, rubles
FROM unnest(CAST(:positions AS int[]), CAST(:movements AS text[]), CAST(:entries AS bigint[]),
            CAST(:keys AS text[]), CAST(:top_up_ids AS text[]), CAST(:moments AS timestamptz[]),
            CAST(:rubles AS bigint[]))
     AS new (position, movement, entry, key, top_up_id, executed_at, rubles)
""")
_COLUMNS = ("positions", "movements", "entries", "keys", "top_up_ids", "moments", "rubles")
_MAKE_CURRENT = text("""
INSERT INTO reconciliations (day, version, fetched_at, matched_at, found)
VALUES (:day, :version, :now, :now, '{}')
ON CONFLICT (day) DO UPDATE SET version = :version, fetched_at = :now
""")
_LINES = text("""
SELECT position, movement, entry, key, top_up_id, executed_at, rubles
FROM statement_lines JOIN reconciliations USING (day, version)
WHERE day = :day ORDER BY position
""")
_BEFORE = text("""
SELECT movement, key, entry, count(*) AS lines
FROM statement_lines JOIN reconciliations USING (day, version)
WHERE day < :day AND key = ANY(CAST(:keys AS text[])) GROUP BY movement, key, entry
""")
# Every version of the day counts: what it no longer has may be no second line elsewhere any more.
_SHARING = text("""
SELECT DISTINCT other.day
FROM statement_lines AS one JOIN statement_lines AS other USING (key)
JOIN reconciliations ON (other.day, other.version) = (reconciliations.day, reconciliations.version)
WHERE one.day = :day AND other.day > :day ORDER BY other.day
""")
_JUDGED = text("""
UPDATE statement_lines SET class = new.class, difference = new.difference
FROM unnest(CAST(:positions AS int[]), CAST(:classes AS text[]), CAST(:differences AS text[]))
     AS new (position, class, difference)
WHERE day = :day AND version = (SELECT version FROM reconciliations WHERE day = :day)
  AND statement_lines.position = new.position
  AND (statement_lines.class, statement_lines.difference)
      IS DISTINCT FROM (new.class, new.difference)
""")


@dataclass(frozen=True, slots=True)
class Current:
    """Which file of a day counts."""

    version: int
    file_hash: bytes


def lock(connection: Connection) -> None:
    """Let nobody else reconcile until this transaction ends."""
    connection.execute(_LOCK)


def current(connection: Connection, day: date) -> Current | None:
    """Answer which file of a day counts, if there is one."""
    row = connection.execute(_CURRENT, {"day": day}).first()
    return None if row is None else Current(row.version, bytes(row.file_hash))


def keep(
    connection: Connection, statement: Statement, version: int, now: datetime, *, by_hand: bool
) -> None:
    """Keep a file and its lines."""
    one = {"day": statement.day, "version": version}
    counts = {"lines": len(statement.lines), "rubles": statement.rubles}
    more = {"file_hash": statement.file_hash, "now": now, "by_hand": by_hand}
    connection.execute(_KEEP_FILE, {**one, **counts, **more})
    rows = [
        (o.position, o.movement, o.entry, o.key, o.top_up_id, o.executed_at, o.rubles)
        for o in statement.lines
    ]
    if rows:
        arrays = dict(zip(_COLUMNS, columns(rows), strict=True))
        connection.execute(_KEEP_LINES, {**one, **arrays})


def make_current(connection: Connection, day: date, version: int, now: datetime) -> None:
    """Let a version count, or note that it was fetched once more."""
    connection.execute(_MAKE_CURRENT, {"day": day, "version": version, "now": now})


def lines(connection: Connection, day: date) -> list[Line]:
    """Answer the lines of the file of a day that counts."""
    rows = connection.execute(_LINES, {"day": day})
    return [Line(row[0], Movement(row[1]), *row[2:]) for row in rows]


def before(connection: Connection, day: date, keys: Sequence[str]) -> list[tuple[Any, ...]]:
    """Answer movement, key, entry and count of lines that earlier days have of these keys."""
    return [tuple(row) for row in connection.execute(_BEFORE, {"day": day, "keys": array(keys)})]


def days_sharing(connection: Connection, day: date) -> list[date]:
    """Answer the later days that have a line of a key which any file of this day has."""
    return list(connection.scalars(_SHARING, {"day": day}))


def set_judged(
    connection: Connection, day: date, judged: Sequence[tuple[int, Class, str | None]]
) -> None:
    """Keep the class of lines, and what a case of it is named."""
    if judged:
        positions, classes, differences = columns(judged)
        arrays = {"positions": positions, "classes": classes, "differences": differences}
        connection.execute(_JUDGED, {"day": day, **arrays})
