"""The event log as somebody else reads it: a page after a place, in commit order."""

import re

from sqlalchemy import Connection

from shared.database import raw

_PLACES = 2**64
# Without statistics, as after a restore, the planner would take all that follows and sort it, anew
# for each page.
_BY_ITS_INDEX = "SET LOCAL enable_sort = off"
PAGE = """
SELECT transaction_id::text || '-' || position, message FROM event_log
WHERE topic = %s AND (transaction_id, position) > (%s::xid8, %s::bigint)
  AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY transaction_id, position LIMIT %s
"""
_PLACE = re.compile(r"([0-9]{1,20})-([0-9]{1,19})", re.ASCII)


class UnknownPlace(ValueError):
    """The place to read on from was not given out by this log."""

    code = "unknown_place"
    field = "after"

    def __init__(self) -> None:
        """Say what to send."""
        super().__init__("after: send the `place` of the last event that was read, unchanged.")


def page(
    connection: Connection, topic: str, after: str | None, limit: int
) -> list[tuple[str, str]]:
    """Answer the next events of a topic after a place, in commit order: (place, message) each.

    What a reader has once seen is never added to before it: like the relay, this reads below the
    oldest transaction that runs. Raises UnknownPlace.
    """
    match = _PLACE.fullmatch(after or "0-0")
    if match is None or int(match[1]) >= _PLACES or int(match[2]) >= _PLACES // 2:
        raise UnknownPlace
    asked = [topic, match[1], match[2], limit]
    raw(connection).execute(_BY_ITS_INDEX)
    rows = raw(connection).execute(PAGE, asked).fetchall()
    return [(str(place), str(message)) for place, message in rows]
