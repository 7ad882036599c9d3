"""What the programme has decided for itself: one row, changed by clerks, each change kept."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from services.bonus_status.store.replay import applied
from shared.database import raw

TOPIC = "settings"  # under which a decision has its place among what was applied
_READ = "SELECT unfunded_accrues FROM settings ORDER BY number DESC LIMIT 1"
_ADD = """
INSERT INTO settings (unfunded_accrues, reason, clerk, set_at)
VALUES (%(unfunded_accrues)s, %(reason)s, %(clerk)s, %(now)s) RETURNING number
"""
_ONE = "SELECT unfunded_accrues, reason, clerk, set_at FROM settings WHERE number = %s"


def unfunded_accrues(connection: Connection) -> bool:
    """Answer whether what is approved, but not paid by its store yet, accrues all the same."""
    row = raw(connection).execute(_READ).fetchone()
    assert row is not None, "the migration writes the first row"
    return bool(row[0])


def change(
    connection: Connection, *, unfunded_accrues: bool, reason: str, clerk: str, now: datetime
) -> None:
    """Decide anew, for what is reported from now on."""
    applied.begin(connection, alone=True)
    row = {"unfunded_accrues": unfunded_accrues, "reason": reason, "clerk": clerk, "now": now}
    added = raw(connection).execute(_ADD, row).fetchone()
    assert added is not None
    applied.note(connection, TOPIC, [(str(added[0]), 1)])


def decided(connection: Connection, number: str) -> dict[str, Any]:
    """Answer a decision by its number, as `change` takes it."""
    row = raw(connection).execute(_ONE, [number]).fetchone()
    assert row is not None
    return dict(zip(("unfunded_accrues", "reason", "clerk", "now"), row, strict=True))
