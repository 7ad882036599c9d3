"""Claims loaded under a lock and saved with their step, their event and their reminders."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.bonus_status.claims.domain import ENDED, Claim, OpenedBy, PartnerSays, State
from services.bonus_status.claims.events import claim_changed
from shared import event_log
from shared.arrays import array, columns
from shared.database import raw

_COLUMNS = Claim.__struct_fields__
_UUIDS = {"claim_id", "member_id", "bonus_id"}
SELECTED = ", ".join(
    f"claims.{name}::text AS {name}" if name in _UUIDS else f"claims.{name}" for name in _COLUMNS
)
_TYPES = dict.fromkeys(_COLUMNS, "text")
_TYPES |= dict.fromkeys(_UUIDS, "uuid")
_TYPES |= {name: "timestamptz" for name in _COLUMNS if name.endswith(("_at", "_by"))}
_TYPES |= {name: "bigint" for name in _COLUMNS if name.endswith("_minor")}
_TYPES |= {"version": "bigint", "opened_by": "text", "changed_by": "text"}
_CHANGING = (
    "state", "version", "changed_at", "changed_by", "partner_by", "partner_says", "partner_minor",
    "partner_text", "accepted_minor", "reason",
)  # fmt: skip
_ENUMS = {"opened_by": OpenedBy, "state": State, "partner_says": PartnerSays}

_ADD = f"""
INSERT INTO claims ({", ".join(_COLUMNS)})
SELECT * FROM unnest({", ".join(f"%s::{_TYPES[name]}[]" for name in _COLUMNS)})
ON CONFLICT DO NOTHING RETURNING claim_id::text
"""  # noqa: S608 - columns
_LOCK = f"""
SELECT {SELECTED} FROM claims WHERE claim_id = ANY(%s::uuid[]) ORDER BY claims.claim_id FOR UPDATE
"""  # noqa: S608 - columns
_SAVE = f"""
UPDATE claims SET {", ".join(f"{name} = new.{name}" for name in _CHANGING)}
FROM unnest(%s::uuid[], {", ".join(f"%s::{_TYPES[name]}[]" for name in _CHANGING)})
    AS new (claim_id, {", ".join(_CHANGING)})
WHERE claims.claim_id = new.claim_id
"""  # noqa: S608 - columns
_ADD_STEPS = """
INSERT INTO claim_steps (claim_id, what, at, who, why)
SELECT * FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[], %s::text[], %s::text[])
"""
# Whoever moves a claim has done what a clerk was reminded of; that a promise was not kept, and that
# the member waits, is over at the end alone.
_DONE = """
UPDATE reminders SET done_at = changed.at
FROM unnest(%s::uuid[], %s::timestamptz[], %s::boolean[]) AS changed (claim_id, at, ended)
WHERE reminders.claim_id = changed.claim_id AND done_at IS NULL
  AND (changed.ended OR deadline = 'partner')
"""


def add(connection: Connection, claims: Sequence[Claim], why: str | None = None) -> list[Claim]:
    """Keep new claims and say them; answers those that were not there yet."""
    rows = [tuple(getattr(one, name) for name in _COLUMNS) for one in claims]
    if not rows:
        return []
    added = {str(row[0]) for row in raw(connection).execute(_ADD, columns(rows)).fetchall()}
    new = [one for one in claims if one.claim_id in added]
    _tell(connection, new, why)
    return new


def lock(connection: Connection, claim_ids: Iterable[UUID | str]) -> dict[str, Claim]:
    """Answer the claims that exist; nobody else changes them until the transaction ends."""
    wanted = array([str(one) for one in claim_ids])
    rows = raw(connection).execute(_LOCK, [wanted]).fetchall()
    return {one.claim_id: one for one in map(claim_of, rows)}


def save(connection: Connection, claims: Sequence[Claim], why: str | None) -> None:
    """Keep what claims have become, each with its step and its event."""
    if not claims:
        return
    rows = [tuple(getattr(one, name) for name in ("claim_id", *_CHANGING)) for one in claims]
    raw(connection).execute(_SAVE, columns(rows))
    ended = [(one.claim_id, one.changed_at, one.state in ENDED) for one in claims]
    raw(connection).execute(_DONE, columns(ended))
    _tell(connection, claims, why)


def note(  # noqa: PLR0913, PLR0917 - one row, its parts
    connection: Connection,
    claim_id: str,
    what: str,
    at: datetime,
    who: str,
    why: str | None,
) -> None:
    """Note what happened to a claim that leaves it in its state."""
    raw(connection).execute(_ADD_STEPS, columns([(claim_id, what, at, who, why)]))


def claim_of(row: Sequence[Any]) -> Claim:
    """Build a claim from its columns."""
    values = dict(zip(_COLUMNS, row, strict=True))
    for name, kind in _ENUMS.items():
        values[name] = None if values[name] is None else kind(values[name])
    return Claim(**values)


def _tell(connection: Connection, claims: Sequence[Claim], why: str | None) -> None:
    if not claims:
        return
    steps = [(one.claim_id, one.state, one.changed_at, one.changed_by, why) for one in claims]
    raw(connection).execute(_ADD_STEPS, columns(steps))
    event_log.add(connection, [claim_changed(one) for one in claims])
