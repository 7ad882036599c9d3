"""What the programme has decided for itself: one row, changed by clerks, each change kept."""

from datetime import datetime

from sqlalchemy import Connection

from shared.database import raw

_READ = "SELECT unfunded_accrues FROM settings ORDER BY number DESC LIMIT 1"
_ADD = """
INSERT INTO settings (unfunded_accrues, reason, clerk, set_at)
VALUES (%(unfunded_accrues)s, %(reason)s, %(clerk)s, %(now)s)
"""


def unfunded_accrues(connection: Connection) -> bool:
    """Answer whether what is approved, but not paid by its store yet, accrues all the same."""
    row = raw(connection).execute(_READ).fetchone()
    assert row is not None, "the migration writes the first row"
    return bool(row[0])


def change(
    connection: Connection, *, unfunded_accrues: bool, reason: str, clerk: str, now: datetime
) -> None:
    """Decide anew, for what is reported from now on."""
    row = {"unfunded_accrues": unfunded_accrues, "reason": reason, "clerk": clerk, "now": now}
    raw(connection).execute(_ADD, row)
