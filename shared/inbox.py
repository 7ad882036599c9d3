"""Exactly once, in order: the last version applied, moved in the transaction of the effect.

A repeat falls through, a gap waits. The guard is the database's, so a rebalance, a replay from
zero, two copies of one consumer and a kill at any line end in the same state. Rows are taken in the
order of their ids, new ones before known ones: two copies wait for each other but never deadlock.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from shared.arrays import array, columns
from shared.database import raw

_BEGIN = """
INSERT INTO inbox (topic, aggregate_id, version)
SELECT %s, * FROM unnest(%s::text[], %s::bigint[]) AS new (aggregate_id, version) ORDER BY 2
ON CONFLICT DO NOTHING RETURNING aggregate_id
"""
_LOCK = """
SELECT aggregate_id, version FROM inbox
WHERE topic = %s AND aggregate_id = ANY(%s::text[]) ORDER BY aggregate_id FOR UPDATE
"""
_MOVE = """
UPDATE inbox SET version = new.version
FROM unnest(%s::text[], %s::bigint[]) AS new (aggregate_id, version)
WHERE inbox.topic = %s AND inbox.aggregate_id = new.aggregate_id
  AND inbox.aggregate_id = ANY(%s::text[])
"""


def begin(connection: Connection, topic: str, versions: Mapping[str, int]) -> set[str]:
    """Note the versions of aggregates never heard of before; answers which ones those are."""
    if not versions:
        return set()
    run = raw(connection).execute
    return {str(one) for (one,) in run(_BEGIN, [topic, *columns(versions.items())]).fetchall()}


def applied_versions(
    connection: Connection, topic: str, aggregate_ids: Iterable[str]
) -> dict[str, int]:
    """Answer, and lock, the last applied version of each aggregate that was heard of before."""
    rows = connection.exec_driver_sql(_LOCK, (topic, array(sorted(set(aggregate_ids)))))
    return {row.aggregate_id: row.version for row in rows}


def move(connection: Connection, topic: str, versions: Mapping[str, int]) -> None:
    """Note the versions that this transaction applies, of aggregates that it locked."""
    if versions:
        ids, reached = columns(versions.items())
        # The ids are given twice: by the join alone the planner may read the whole table.
        connection.exec_driver_sql(_MOVE, (ids, reached, topic, ids))
