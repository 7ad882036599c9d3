"""The order in which events and commands took effect, noted in the transaction of the effect.

Which of two topics was first decides about money: a return before the payout, or after it. No topic
tells that, and no clock: so it is noted here, as the last statement of each transaction, while
everything that the transaction changed is still locked. Of two that touch one account, the earlier
one therefore has the smaller place. What decides about everybody's money (rules, settings, terms,
who invited whom) is read without a lock of its own: so whoever changes it does that alone.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from sqlalchemy import Connection

from shared import event_log
from shared.arrays import array
from shared.database import raw

_BEGIN = "SELECT pg_advisory_xact_lock_shared(hashtext('applied'), hashtext(current_schema()))"
_BEGIN_ALONE = _BEGIN.replace("_shared", "")
_NOTE = "INSERT INTO applied (topic, aggregate_ids, versions) VALUES (%s, %s::text[], %s::bigint[])"
# Whoever has noted something and not committed yet is waited for, so that no smaller place comes
# after this one.
_WAIT = "LOCK TABLE applied IN SHARE MODE"
_LAST = "SELECT coalesce(max(place), 0) FROM applied"
_COUNT = """
SELECT coalesce(sum(cardinality(versions)), 0) FROM applied WHERE place > %s AND place <= %s
"""
_NEXT = """
SELECT place, topic, aggregate_ids, versions FROM applied
WHERE place > %s AND place <= %s ORDER BY place LIMIT %s
"""
_ROWS_AT_ONCE = 20


class Applied(Struct, frozen=True):
    """What took effect together, or right after one another; `place` is that of the last."""

    place: int
    topic: str
    aggregate_ids: list[str]
    versions: list[int]


def begin(connection: Connection, *, alone: bool = False) -> None:
    """Begin what will be noted, before anything else is locked.

    `alone`: wait until nobody else is between this and his commit, and let nobody begin meanwhile.
    """
    if event_log.is_silent(connection):  # of a rebuild nothing is built again
        return
    raw(connection).execute(_BEGIN_ALONE if alone else _BEGIN)


def note(connection: Connection, topic: str, applied: Sequence[tuple[str, int]]) -> None:
    """Note (aggregate id, version) of events, or a command's id and 1, in their order."""
    if event_log.is_silent(connection):
        return
    ids, versions = zip(*applied, strict=True)
    raw(connection).execute(_NOTE, [topic, array(ids), array(versions)])


def last_place(connection: Connection) -> int:
    """Answer the last place taken: nothing will ever be noted before it."""
    raw(connection).execute(_WAIT)
    return _number(connection, _LAST, [])


def count(connection: Connection, after: int, until: int) -> int:
    """Answer how many events and commands took effect between two places."""
    return _number(connection, _COUNT, [after, until])


def runs(connection: Connection, after: int, until: int, most: int) -> Iterator[Applied]:
    """Answer what was applied between two places, neighbours of one topic together.

    A run grows until it has `most` events or another topic was next.
    """
    run: Applied | None = None
    for one in _rows(connection, after, until):
        if run is not None and (run.topic != one.topic or len(run.versions) >= most):
            yield run
            run = None
        run = one if run is None else _joined(run, one)
    if run is not None:
        yield run


def _rows(connection: Connection, after: int, until: int) -> Iterator[Applied]:
    while True:
        found = raw(connection).execute(_NEXT, [after, until, _ROWS_AT_ONCE]).fetchall()
        for row in found:
            yield Applied(*row)  # type: ignore[arg-type]
        # A page is a transaction: none is held open while what it says is applied.
        connection.commit()
        if not found:
            return
        after = int(str(found[-1][0]))


def _joined(run: Applied, one: Applied) -> Applied:
    return Applied(
        one.place,
        run.topic,
        [*run.aggregate_ids, *one.aggregate_ids],
        [*run.versions, *one.versions],
    )


def _number(connection: Connection, query: str, parameters: Sequence[object]) -> int:
    row = raw(connection).execute(query, parameters).fetchone()
    assert row is not None
    return int(str(row[0]))
