"""Days that were reconciled, and those that are to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

_MATCHED = text("""
UPDATE reconciliations SET matched_at = :now, found = :found WHERE day = :day
""").bindparams(bindparam("found", type_=JSONB))
_SHOWN = """
SELECT day, version, fetched_at, matched_at, found, by_hand, lines, rubles
FROM reconciliations JOIN statement_files USING (day, version)
"""
_GET = text(f"{_SHOWN} WHERE day = :day")
_NEWEST = text(f"{_SHOWN} ORDER BY day DESC LIMIT :limit")
_FIRST = text("""
SELECT (min(requested_at) AT TIME ZONE 'Europe/Moscow')::date FROM payouts WHERE kind = 'top_up'
""")
_MISSING = text("""
SELECT day::date FROM generate_series(CAST(:first AS date), CAST(:last AS date), interval '1 day')
     AS day
WHERE NOT EXISTS (SELECT FROM reconciliations WHERE reconciliations.day = day.day::date)
ORDER BY day
""")
# The operator may have corrected their files.
_UNSETTLED = text("""
SELECT day FROM reconciliations
WHERE day BETWEEN :first AND :last AND fetched_at < :since
  AND (EXISTS (SELECT FROM cases WHERE cases.day = reconciliations.day AND closed_at IS NULL)
       OR EXISTS (SELECT FROM statement_lines AS line WHERE class = 'open'
                  AND (line.day, line.version) = (reconciliations.day, reconciliations.version)))
ORDER BY day
""")
# Lines that were open, of payouts and reversals of which we know more by now. An open line's key is
# a payout's id; the CASE keeps PostgreSQL from reading any other key as one.
_KNOWN_BY_NOW = text("""
SELECT DISTINCT day FROM statement_lines AS line JOIN reconciliations USING (day, version)
WHERE class = 'open' AND CASE movement
    WHEN 'reversal' THEN entry <= (SELECT up_to FROM reversals_read)
    ELSE EXISTS (SELECT FROM payouts
                 WHERE payout_id = CASE WHEN class = 'open' THEN line.key::uuid END
                   AND state NOT IN ('reserved', 'sending', 'unknown', 'accepted', 'held'))
    END
ORDER BY day
""")


class UnknownReconciliation(LookupError):
    """No file of that day was taken."""

    code = "unknown_reconciliation"

    def __init__(self, day: date) -> None:
        super().__init__(f"No file of {day} was reconciled.")


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A day's reconciliation; `found`: count and rubles by class."""

    day: date
    version: int
    fetched_at: datetime
    matched_at: datetime
    found: Mapping[str, Mapping[str, int]]
    by_hand: bool
    lines: int
    rubles: int


def set_matched(
    connection: Connection, day: date, found: Mapping[str, Mapping[str, int]], now: datetime
) -> None:
    """Keep what a reconciliation found, by class."""
    connection.execute(_MATCHED, {"day": day, "found": found, "now": now})


def get(connection: Connection, day: date) -> Reconciliation:
    """Answer a day's reconciliation; raises UnknownReconciliation."""
    row = connection.execute(_GET, {"day": day}).first()
    if row is None:
        raise UnknownReconciliation(day)
    return Reconciliation(*row)


def newest(connection: Connection, limit: int) -> list[Reconciliation]:
    """Answer the newest days that were reconciled."""
    return [Reconciliation(*row) for row in connection.execute(_NEWEST, {"limit": limit})]


def first_of_all(connection: Connection) -> date | None:
    """Answer the day of our first top-up: no file before it can have a line of ours."""
    day: date | None = connection.scalar(_FIRST)
    return day


def missing(connection: Connection, first: date, last: date) -> Sequence[date]:
    """Answer the days of which no file was taken."""
    return connection.scalars(_MISSING, {"first": first, "last": last}).all()


def unsettled(connection: Connection, first: date, last: date, since: datetime) -> Sequence[date]:
    """Answer days with open cases or lines whose file was not fetched since then."""
    asked = {"first": first, "last": last, "since": since}
    return connection.scalars(_UNSETTLED, asked).all()


def known_by_now(connection: Connection) -> Sequence[date]:
    """Answer days that would be matched otherwise, because an outcome came."""
    return connection.scalars(_KNOWN_BY_NOW).all()
