"""Corrections that clerks made: each kept with who and why, waiting for a second person or not."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from shared.database import raw

TOPIC = "corrections"  # under which one that moved points has its place among what was applied
_COLUMNS = """correction_id::text, coalesce(bonus_id, correction_id)::text, member_id::text, kind,
    amount, reason, clerk, made_at, state, decided_by, decided_because, decided_at"""
_ADD = """
INSERT INTO corrections (correction_id, bonus_id, member_id, kind, amount, reason, clerk, made_at,
                         state)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_ONE = f"SELECT {_COLUMNS} FROM corrections WHERE correction_id = %s"  # noqa: S608 - columns
_LOCK = f"{_ONE} FOR UPDATE"
_LIST = f"""
SELECT {_COLUMNS} FROM corrections WHERE (%(state)s::text IS NULL OR state = %(state)s)
ORDER BY made_at DESC, correction_id LIMIT 100
"""  # noqa: S608 - columns
_MADE_ALONE = """
SELECT coalesce(sum(amount), 0)::bigint FROM corrections
WHERE state = 'done' AND decided_by IS NULL AND made_at > %s AND member_id = %s AND clerk = %s
"""
_DECIDE = """
UPDATE corrections SET state = %s, decided_by = %s, decided_because = %s, decided_at = %s
WHERE correction_id = %s
"""


@dataclass(frozen=True, slots=True)
class Correction:
    """Points that a clerk gives or takes; its id is that of its command.

    Whoever commands chooses that id: so its bonus has one of its own, made of it.
    """

    correction_id: str
    bonus_id: str
    member_id: str
    kind: str
    amount: int
    reason: str
    clerk: str
    made_at: datetime
    state: str
    decided_by: str | None = None
    decided_because: str | None = None
    decided_at: datetime | None = None


class UnknownCorrection(LookupError):
    """There is no such correction."""

    code = "unknown_correction"

    def __init__(self, correction_id: str) -> None:
        """Name it."""
        super().__init__(f"There is no correction {correction_id}.")


def add(connection: Connection, new: Correction) -> bool:
    """Keep a correction; answers whether its command is new."""
    row = [new.correction_id, new.bonus_id, new.member_id, new.kind, new.amount, new.reason]
    return raw(connection).execute(_ADD, [*row, new.clerk, new.made_at, new.state]).rowcount == 1


def is_known(connection: Connection, correction_id: str) -> bool:
    """Tell whether there is such a correction."""
    return raw(connection).execute(_ONE, [correction_id]).fetchone() is not None


def made_alone(connection: Connection, member_id: str, clerk: str, since: datetime) -> int:
    """Answer how many points a clerk gave or took alone since then; lock the account first."""
    row = raw(connection).execute(_MADE_ALONE, [since, member_id, clerk]).fetchone()
    assert row is not None
    return int(str(row[0]))


def find(connection: Connection, correction_id: str, *, lock: bool = False) -> Correction:
    """Answer a correction; raises UnknownCorrection."""
    row = raw(connection).execute(_LOCK if lock else _ONE, [correction_id]).fetchone()
    if row is None:
        raise UnknownCorrection(correction_id)
    return Correction(*row)  # type: ignore[arg-type]


def listed(connection: Connection, state: str | None) -> list[Correction]:
    """Answer the last 100 corrections, of one state or of all."""
    rows = raw(connection).execute(_LIST, {"state": state}).fetchall()
    return [Correction(*row) for row in rows]  # type: ignore[arg-type]


def decide(  # noqa: PLR0913, PLR0917 - one row, its parts
    connection: Connection,
    correction_id: str,
    state: str,
    clerk: str,
    reason: str | None,
    now: datetime,
) -> None:
    """Keep how the second person decided."""
    raw(connection).execute(_DECIDE, [state, clerk, reason, now, correction_id])
