"""Exactly once, in order: the last version applied, moved in the transaction of the effect.

A repeat falls through, a gap waits. The guard is the database's, so a rebalance, a replay from
zero, two copies of one consumer and a kill at any line end in the same state.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from shared.arrays import array, columns

_LOCK = """
SELECT aggregate_id, version FROM inbox
WHERE topic = %s AND aggregate_id = ANY(%s::text[]) ORDER BY aggregate_id FOR UPDATE
"""
_BEGIN = """
INSERT INTO inbox (topic, aggregate_id, version)
SELECT %s, * FROM unnest(%s::text[], %s::bigint[]) AS new (aggregate_id, version) ORDER BY 2
ON CONFLICT DO NOTHING
"""
_MOVE = """
UPDATE inbox SET version = new.version
FROM unnest(%s::text[], %s::bigint[]) AS new (aggregate_id, version)
WHERE inbox.topic = %s AND inbox.aggregate_id = new.aggregate_id
  AND inbox.aggregate_id = ANY(%s::text[])
"""


class Overtaken(Exception):
    """Another copy of this consumer applied the same aggregates first; read again and go on."""


def applied_versions(
    connection: Connection, topic: str, aggregate_ids: Sequence[str]
) -> dict[str, int]:
    """Answer, and lock, the last applied version of each aggregate that was heard of before."""
    rows = connection.exec_driver_sql(_LOCK, (topic, array(sorted(set(aggregate_ids)))))
    return {row.aggregate_id: row.version for row in rows}


def move(
    connection: Connection, topic: str, known: Mapping[str, int], versions: Mapping[str, int]
) -> None:
    """Note the versions that this transaction applies; raises Overtaken when it lost a race."""
    first = {one: version for one, version in versions.items() if one not in known}
    later = {one: version for one, version in versions.items() if one in known}
    run = connection.exec_driver_sql
    if first and run(_BEGIN, (topic, *columns(first.items()))).rowcount != len(first):
        raise Overtaken
    if later:
        ids, reached = columns(later.items())
        # The ids are given twice: by the join alone the planner may read the whole table.
        run(_MOVE, (ids, reached, topic, ids))
