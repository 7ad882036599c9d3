"""Queries on pulls: what is due, where each stands, and the lock that one run holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import Connection, RowMapping, text

from services.partner_postback.pulls.paging import Position

# Of two numbers: the locks of orders have one, so that neither is ever taken for the other.
_LOCKS = 4_711


@dataclass(frozen=True, slots=True)
class Wish:
    """A pull as a clerk sets it up; `position` None: it goes on from where it is."""

    partner_id: str
    kind: str
    base_url: str
    settings: Mapping[str, str]
    every_seconds: int
    overlap_seconds: int
    credentials: Mapping[str, str] | None
    position: Position | None


@dataclass(frozen=True, slots=True)
class Due:
    """A pull that is to be run; `turn`: who runs it may write for as long as it is this."""

    pull_id: UUID
    partner_id: str
    kind: str
    base_url: str
    settings: Mapping[str, str]
    credentials: Mapping[str, str]
    every_seconds: int
    overlap_seconds: int
    position: Position
    turn: int
    records: int
    failures: int


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended, and when the next one is due."""

    next_at: datetime
    failures: int = 0
    last_error: str | None = None
    is_paused: bool = False


class PullChanged(Exception):
    """Somebody changed the pull, or took it over, while it ran: no more of it is kept."""


_SHOWN = """pull_id, partner_id, kind, base_url, settings, every_seconds, overlap_seconds, cursor,
    records, next_at, failures, last_error, last_run_at, is_paused"""
_ALL = text(f"""
SELECT {_SHOWN} FROM pulls
WHERE CAST(:partner_id AS text) IS NULL OR (partner_id = :partner_id AND kind = :kind)
ORDER BY partner_id, kind
""")  # noqa: S608 - a constant
_PUT = text("""
INSERT INTO pulls (pull_id, partner_id, kind, base_url, settings, every_seconds, overlap_seconds,
                   cursor, next_at)
VALUES (:pull_id, :partner_id, :kind, :base_url, CAST(:settings AS json), :every_seconds,
        :overlap_seconds, CAST(:first AS json), :now)
ON CONFLICT (partner_id, kind) DO UPDATE SET base_url = excluded.base_url,
    settings = excluded.settings, every_seconds = excluded.every_seconds,
    overlap_seconds = excluded.overlap_seconds,
    cursor = coalesce(CAST(:cursor AS json), pulls.cursor),
    turn = pulls.turn + 1, next_at = excluded.next_at, failures = 0, last_error = NULL
RETURNING pull_id, xmax = 0 AS is_new
""")
_PUT_CREDENTIALS = text("""
INSERT INTO pull_credentials (pull_id, value) VALUES (:pull_id, CAST(:value AS json))
ON CONFLICT (pull_id) DO UPDATE SET value = excluded.value
""")
_DELETE = text("DELETE FROM pulls WHERE partner_id = :partner_id AND kind = :kind")
_RUN = text("""
UPDATE pulls SET next_at = :now, failures = 0, is_paused = false, turn = turn + 1
WHERE partner_id = :partner_id AND kind = :kind
""")
_PAUSE = text("""
UPDATE pulls SET is_paused = true, turn = turn + 1
WHERE partner_id = :partner_id AND kind = :kind
""")
_DUE = text("""
SELECT pull_id, partner_id FROM pulls WHERE NOT is_paused AND next_at <= :now
ORDER BY next_at LIMIT 50
""")
_TAKE = text("""
UPDATE pulls SET last_run_at = :now, turn = turn + 1
FROM pull_credentials AS secret
WHERE pulls.pull_id = :pull_id AND secret.pull_id = pulls.pull_id
  AND NOT is_paused AND next_at <= :now
RETURNING pulls.pull_id, partner_id, kind, base_url, settings, secret.value AS credentials,
    every_seconds, overlap_seconds, cursor, turn, records, failures
""")
_IS_OURS = text("SELECT FROM pulls WHERE pull_id = :pull_id AND turn = :turn")
_MOVE = text("""
UPDATE pulls SET cursor = coalesce(CAST(:cursor AS json), cursor), records = records + :read,
    failures = 0, last_error = NULL
WHERE pull_id = :pull_id AND turn = :turn
""")
_END = text("""
UPDATE pulls SET next_at = :next_at, failures = :failures, last_error = :last_error,
    is_paused = :is_paused, cursor = CAST(:cursor AS json)
WHERE pull_id = :pull_id AND turn = :turn
""")
_LOCK = text("SELECT pg_try_advisory_lock(:locks, hashtext(:partner_id))")
_UNLOCK = text("SELECT pg_advisory_unlock(:locks, hashtext(:partner_id))")


def shown(
    connection: Connection, partner_id: str | None = None, kind: str | None = None
) -> list[RowMapping]:
    """Answer pulls, all or one of a partner, without their credentials."""
    return list(connection.execute(_ALL, {"partner_id": partner_id, "kind": kind}).mappings())


def put(connection: Connection, wish: Wish, first: Position, now: datetime) -> bool:
    """Set a pull up, or change it and let it run at once; answers whether it is new."""
    row = {name: getattr(wish, name) for name in ("partner_id", "kind", "base_url")}
    row |= {"every_seconds": wish.every_seconds, "overlap_seconds": wish.overlap_seconds}
    written = {"settings": _json(wish.settings), "first": _json(wish.position or first)}
    cursor = wish.position and _json(wish.position)
    asked = {**row, **written, "pull_id": uuid4(), "cursor": cursor, "now": now}
    kept = connection.execute(_PUT, asked).one()
    if wish.credentials is not None:
        secret = {"pull_id": kept.pull_id, "value": _json(wish.credentials)}
        connection.execute(_PUT_CREDENTIALS, secret)
    return bool(kept.is_new)


def delete(connection: Connection, partner_id: str, kind: str) -> bool:
    """Remove a pull; answers whether there was one. Its receipts stay."""
    return bool(connection.execute(_DELETE, {"partner_id": partner_id, "kind": kind}).rowcount)


def run_now(connection: Connection, partner_id: str, kind: str, now: datetime) -> bool:
    """Let a pull run at once, paused or not; answers whether there is one."""
    row = {"partner_id": partner_id, "kind": kind, "now": now}
    return bool(connection.execute(_RUN, row).rowcount)


def pause(connection: Connection, partner_id: str, kind: str) -> bool:
    """Let a pull run no more, even in the middle of a run; answers whether there is one."""
    return bool(connection.execute(_PAUSE, {"partner_id": partner_id, "kind": kind}).rowcount)


def due(connection: Connection, now: datetime) -> list[tuple[UUID, str]]:
    """Answer pulls that are to be run, the longest due first, each with its partner."""
    return [(row.pull_id, row.partner_id) for row in connection.execute(_DUE, {"now": now})]


def lock(connection: Connection, partner_id: str) -> bool:
    """Lock a partner's pulls for as long as the connection lives; answers whether that was free."""
    return bool(connection.scalar(_LOCK, {"locks": _LOCKS, "partner_id": partner_id}))


def unlock(connection: Connection, partner_id: str) -> None:
    """Let the next one pull from a partner."""
    connection.execute(_UNLOCK, {"locks": _LOCKS, "partner_id": partner_id})


def take(connection: Connection, pull_id: UUID, now: datetime) -> Due | None:
    """Begin a run; None when the pull is no longer due. Whoever ran it before may not write."""
    row = connection.execute(_TAKE, {"pull_id": pull_id, "now": now}).mappings().first()
    if row is None:
        return None
    found: dict[str, Any] = dict(row)
    position = msgspec.convert(found.pop("cursor"), Position)
    return Due(**found, position=position)


def check(connection: Connection, pull: Due) -> None:
    """See whether the run may keep what it read; raises PullChanged.

    Without a lock, which two batches could not hold at once: what is being kept when a clerk
    changes the pull is kept still.
    """
    if connection.execute(_IS_OURS, {"pull_id": pull.pull_id, "turn": pull.turn}).first() is None:
        raise PullChanged


def move(connection: Connection, pull: Due, position: Position | None, read: int) -> None:
    """Count records as read, and go on to a position; raises PullChanged."""
    row = {"pull_id": pull.pull_id, "turn": pull.turn, "read": read}
    cursor = position and _json(position)
    if not connection.execute(_MOVE, {**row, "cursor": cursor}).rowcount:
        raise PullChanged


def end(connection: Connection, pull: Due, position: Position, ended: Ended) -> None:
    """Note how a run ended, unless somebody changed the pull meanwhile."""
    row = {name: getattr(ended, name) for name in Ended.__dataclass_fields__}
    key = {"pull_id": pull.pull_id, "turn": pull.turn}
    connection.execute(_END, {**row, **key, "cursor": _json(position)})


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
