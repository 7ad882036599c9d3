"""Our side of a reconciliation: top-ups and reversals as our books have them, to be matched."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from services.payout.reconciliation.matching import Line, Movement, Ours, Standing, Subject
from services.payout.states import State
from shared.arrays import array

_TOP_UPS = text("""
SELECT payout_id, reserved, state, attempts FROM payouts
WHERE kind = 'top_up' AND payout_id = ANY(CAST(:ids AS uuid[]))
""")
_REVERSALS = text("""
SELECT reversal, payout_id, amount FROM reversals
WHERE reversal = ANY(CAST(:numbers AS bigint[]))
""")
_READ_UP_TO = text("SELECT up_to FROM reversals_read")
# No NOT EXISTS: as a join it is planned by the size that the table had before this file came, and
# takes minutes. As a value it is looked up by key, payout by payout.
_HAS_NO_LINE = """
(SELECT line.day FROM statement_lines AS line JOIN reconciliations USING (day, version)
 WHERE line.key = payouts.payout_id::text AND line.movement = {movement} LIMIT 1) IS NULL
"""
_ALL_READ = """
(SELECT count(*) FROM reconciliations AS read
 WHERE read.day BETWEEN (payouts.requested_at AT TIME ZONE 'Europe/Moscow')::date
                    AND ({until} AT TIME ZONE 'Europe/Moscow')::date)
= 1 + ({until} AT TIME ZONE 'Europe/Moscow')::date
    - (payouts.requested_at AT TIME ZONE 'Europe/Moscow')::date
"""
# Only what the day's file may have had: what was asked for before its end, done after its begin.
_DUE_TOP_UPS = text(f"""
SELECT payout_id, reserved, (completed_at AT TIME ZONE 'Europe/Moscow')::date AS day FROM payouts
WHERE kind = 'top_up' AND state IN ('completed', 'settled', 'reversed', 'returned')
  AND completed_at >= :begins AND requested_at < :ends
  AND {_HAS_NO_LINE.format(movement="'top_up'")}
  AND {_ALL_READ.format(until="payouts.completed_at")}
ORDER BY payout_id
""")  # noqa: S608 - no value of anybody's is in it
_DUE_REVERSALS = text(f"""
SELECT payout_id, reversals.reversal, reversals.amount,
       (reversals.heard_at AT TIME ZONE 'Europe/Moscow')::date AS day
FROM reversals JOIN payouts USING (payout_id)
WHERE reversals.heard_at >= :begins AND payouts.requested_at < :ends
  AND {_HAS_NO_LINE.format(movement="'reversal' AND line.entry = reversals.reversal")}
  AND {_ALL_READ.format(until="reversals.heard_at")}
ORDER BY reversals.reversal
""")  # noqa: S608 - nor in this one
# What the operator has executed will be known as soon as he is asked.
_ASK_NOW = text("""
UPDATE payouts SET next_at = least(next_at, :now)
WHERE state IN ('unknown', 'accepted') AND payout_id = ANY(CAST(:ids AS uuid[]))
""")
_EXECUTED = {State.COMPLETED, State.SETTLED, State.REVERSED, State.RETURNED}
_UNCLEAR = {State.SENDING, State.UNKNOWN, State.ACCEPTED, State.HELD}


@dataclass(frozen=True, slots=True)
class Due:
    """A movement of ours that some file must have and none has, and the day we completed it."""

    subject: Subject
    ours: Ours
    day: date


def ours_of(
    connection: Connection, lines: Sequence[Line], *, list_may_lag: bool
) -> dict[Subject, Ours]:
    """Answer what we know of the movements that lines are about.

    `list_may_lag`: a reversal past the end of the operator's list may still come, so it is open.
    """
    keys = {one.key for one in lines if one.movement is Movement.TOP_UP}
    rows = connection.execute(_TOP_UPS, {"ids": array(list(_ids(keys)))})
    found = {_top_up(row.payout_id): _ours(row) for row in rows}
    return found | _reversals(connection, lines, list_may_lag=list_may_lag)


def due(connection: Connection, begins: datetime, ends: datetime) -> list[Due]:
    """Answer what no file has, of what a day's file could have had, once all it needs are read."""
    day = {"begins": begins, "ends": ends}
    top_ups = [
        Due(_top_up(row.payout_id), Ours(row.payout_id, row.reserved, Standing.EXECUTED), row.day)
        for row in connection.execute(_DUE_TOP_UPS, day)
    ]
    reversals = [
        Due(
            Subject(Movement.REVERSAL, str(row.payout_id), row.reversal),
            Ours(row.payout_id, -row.amount, Standing.EXECUTED),
            row.day,
        )
        for row in connection.execute(_DUE_REVERSALS, day)
    ]
    return [*top_ups, *reversals]


def ask_now(connection: Connection, payout_ids: Sequence[UUID], now: datetime) -> None:
    """Let payouts whose outcome is unknown be asked about at once."""
    if payout_ids:
        connection.execute(_ASK_NOW, {"ids": array(payout_ids), "now": now})


def _reversals(
    connection: Connection, lines: Sequence[Line], *, list_may_lag: bool
) -> dict[Subject, Ours]:
    there = [one for one in lines if one.movement is Movement.REVERSAL]
    if not there:
        return {}
    read_up_to = int(connection.scalar(_READ_UP_TO) or 0)
    # The operator's own list, which is read every few seconds, has not brought them yet.
    unread = {
        one.subject: Ours(None, one.rubles, Standing.OPEN)
        for one in there
        if list_may_lag and one.entry > read_up_to
    }
    rows = connection.execute(_REVERSALS, {"numbers": array([one.entry for one in there])})
    return unread | {
        Subject(Movement.REVERSAL, str(row.payout_id), row.reversal): Ours(
            row.payout_id, -row.amount, Standing.EXECUTED
        )
        for row in rows
    }


def _ours(row: Any) -> Ours:
    state = State(row.state)
    if state in _EXECUTED:
        return Ours(row.payout_id, row.reserved, Standing.EXECUTED)
    # What is to be sent again goes under the same key: it will be answered as done.
    tried = state is State.RESERVED and row.attempts > 0
    standing = Standing.OPEN if tried or state in _UNCLEAR else Standing.NOT_EXECUTED
    return Ours(row.payout_id, row.reserved or 0, standing)


def _top_up(payout_id: UUID) -> Subject:
    return Subject(Movement.TOP_UP, str(payout_id))


def _ids(keys: Iterable[str]) -> Iterable[UUID]:
    for key in keys:
        try:
            payout_id = UUID(key)
        except ValueError:
            continue  # no payout's id, so not ours
        if str(payout_id) == key:
            yield payout_id
