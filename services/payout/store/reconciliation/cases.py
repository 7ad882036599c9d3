"""Cases: one a difference, each act upon it kept, and closed once whoever closes it at once."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from shared.arrays import columns

_OPEN = text("""
INSERT INTO cases (case_id, difference, day, kind, movement, key, entry, payout_id, ours_rubles,
                   theirs_rubles, owner, opened_at, deadline)
SELECT case_id, difference, day, kind, movement, key, entry, payout_id, ours, theirs, :owner, :now,
       :deadline
FROM unnest(CAST(:ids AS uuid[]), CAST(:differences AS text[]), CAST(:days AS date[]),
            CAST(:kinds AS text[]), CAST(:movements AS text[]), CAST(:keys AS text[]),
            CAST(:entries AS bigint[]), CAST(:payouts AS uuid[]), CAST(:ours AS bigint[]),
            CAST(:theirs AS bigint[]))
     AS new (case_id, difference, day, kind, movement, key, entry, payout_id, ours, theirs)
ON CONFLICT (difference) WHERE outcome IS DISTINCT FROM 'explained' DO NOTHING
RETURNING case_id
""")
_COLUMNS = ("ids", "differences", "days", "kinds", "movements", "keys", "entries", "payouts",
            "ours", "theirs")  # fmt: skip
# Of a day's lines: what it does not show any more. Of missing ones: those that a file has by now.
_EXPLAIN = text("""
UPDATE cases SET closed_at = :now, outcome = 'explained', reason = :reason
WHERE closed_at IS NULL AND CASE kind
    WHEN 'missing_there' THEN EXISTS (
        SELECT FROM statement_lines AS line JOIN reconciliations USING (day, version)
        WHERE (line.key, line.movement) = (cases.key, cases.movement)
          AND (cases.entry IS NULL OR line.entry = cases.entry))
    ELSE day = :day AND NOT difference = ANY(CAST(:differences AS text[])) END
RETURNING case_id
""")
_ADD_ACTS = text("""
INSERT INTO case_acts (case_id, did, who, at, what)
SELECT case_id, :did, :who, :at, :what FROM unnest(CAST(:ids AS uuid[])) AS new (case_id)
""")
_ASSIGN = text("""
UPDATE cases SET owner = :owner WHERE case_id = :case_id AND closed_at IS NULL RETURNING case_id
""")
_CLOSE = text("""
UPDATE cases SET closed_at = :now, outcome = :outcome, reason = :reason
WHERE case_id = :case_id AND closed_at IS NULL RETURNING case_id
""")
_SHOWN = """
SELECT case_id, day, kind, movement, key, entry, payout_id, ours_rubles, theirs_rubles, owner,
       opened_at, deadline, closed_at, outcome, reason FROM cases
"""
_FIND = text(f"{_SHOWN} WHERE case_id = :case_id")
_ACTS = text("SELECT did, who, at, what FROM case_acts WHERE case_id = :case_id ORDER BY act")
_PAGE = text(f"""
{_SHOWN}
WHERE (CAST(:state AS text) IS NULL OR (closed_at IS NULL) = (CAST(:state AS text) = 'open'))
  AND (CAST(:day AS date) IS NULL OR day = :day)
  AND (CAST(:after AS uuid) IS NULL OR (deadline, case_id) >
       (SELECT deadline, case_id FROM cases WHERE case_id = :after))
ORDER BY deadline, case_id LIMIT :limit
""")  # noqa: S608 - no value of anybody's is in it
_TALLY = text("""
SELECT count(*) AS open, min(opened_at) AS oldest_at,
       count(*) FILTER (WHERE deadline < :now) AS overdue
FROM cases WHERE closed_at IS NULL
""")


class UnknownCase(LookupError):
    """No case has this id."""

    code = "unknown_case"

    def __init__(self, case_id: UUID) -> None:
        super().__init__(f"There is no case {case_id}.")


@dataclass(frozen=True, slots=True)
class Difference:
    """What is to be a case; `name` is the same however often its day is reconciled."""

    case_id: UUID
    name: str
    day: date
    kind: str
    movement: str
    key: str
    entry: int | None
    payout_id: UUID | None
    ours_rubles: int | None
    theirs_rubles: int | None


@dataclass(frozen=True, slots=True)
class Case:
    """A difference, whose it is, and how it ended."""

    case_id: UUID
    day: date
    kind: str
    movement: str
    key: str
    entry: int | None
    payout_id: UUID | None
    ours_rubles: int | None
    theirs_rubles: int | None
    owner: str
    opened_at: datetime
    deadline: datetime
    closed_at: datetime | None
    outcome: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Act:
    """Who did what to a case, and when; `what`: to whom it was given, or why it was closed."""

    did: str
    who: str
    at: datetime
    what: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How many cases are open, since when the oldest is, and how many should be closed."""

    open: int
    oldest_at: datetime | None
    overdue: int


def open_new(
    connection: Connection,
    differences: Sequence[Difference],
    *,
    owner: str,
    now: datetime,
    deadline: datetime,
) -> list[UUID]:
    """Open a case for each difference that has none; answers the new ones."""
    if not differences:
        return []
    rows = [tuple(asdict(one).values()) for one in differences]
    arrays = dict(zip(_COLUMNS, columns(rows), strict=True))
    more = {"owner": owner, "now": now, "deadline": deadline}
    return list(connection.scalars(_OPEN, {**arrays, **more}))


def explain(
    connection: Connection, day: date, differences: Sequence[str], reason: str, now: datetime
) -> list[UUID]:
    """Close the open cases that a day as it stands explains; answers them."""
    asked = {"day": day, "differences": list(differences), "reason": reason, "now": now}
    return list(connection.scalars(_EXPLAIN, asked))


def add_acts(connection: Connection, case_ids: Sequence[UUID], act: Act) -> None:
    """Keep what was done to cases."""
    connection.execute(_ADD_ACTS, {"ids": list(case_ids), **asdict(act)})


def assign(connection: Connection, case_id: UUID, owner: str) -> bool:
    """Give an open case to somebody; answers False when it is closed, or unknown."""
    return connection.scalar(_ASSIGN, {"case_id": case_id, "owner": owner}) is not None


def close(connection: Connection, case_id: UUID, outcome: str, reason: str, now: datetime) -> bool:
    """Close an open case; answers False when somebody was faster, or it is unknown."""
    ending = {"outcome": outcome, "reason": reason, "now": now}
    return connection.scalar(_CLOSE, {"case_id": case_id, **ending}) is not None


def find(connection: Connection, case_id: UUID) -> Case:
    """Answer a case; raises UnknownCase."""
    row = connection.execute(_FIND, {"case_id": case_id}).first()
    if row is None:
        raise UnknownCase(case_id)
    return Case(*row)


def acts(connection: Connection, case_id: UUID) -> list[Act]:
    """Answer what was done to a case, oldest first."""
    return [Act(*row) for row in connection.execute(_ACTS, {"case_id": case_id})]


def page(connection: Connection, **asked: Any) -> list[Case]:
    """Answer a page of cases by deadline: of a `state` and `day` or of all, past a case's id."""
    return [Case(*row) for row in connection.execute(_PAGE, asked)]


def tally(connection: Connection, now: datetime) -> Tally:
    """Count the open cases."""
    return Tally(*connection.execute(_TALLY, {"now": now}).one())
