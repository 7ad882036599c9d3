"""An account is secured anew: what was proved or begun before counts no longer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from services.members.entering import store

# Half of what these need may be proved already, by whoever had the number or the e-mail before.
# SKIP LOCKED: who is just finishing one waits for the member, and we have him.
_FORGET_BEGUN = tuple(
    text(statement)
    for statement in (
        """DELETE FROM recoveries WHERE recovery_id = ANY(ARRAY(
            SELECT recovery_id FROM recoveries WHERE member_id = :member_id AND state <> 'done'
            FOR UPDATE SKIP LOCKED))""",
        "DELETE FROM changes WHERE member_id = :member_id AND done_at IS NULL",
        """DELETE FROM sign_in_links WHERE token_hash = ANY(ARRAY(
            SELECT token_hash FROM sign_in_links WHERE member_id = :member_id AND used_at IS NULL
            FOR UPDATE SKIP LOCKED))""",
    )
)


def forget_begun(connection: Connection, member_id: UUID) -> None:
    """Forget a member's recoveries, changes and links under way; lock the member first."""
    for statement in _FORGET_BEGUN:
        connection.execute(statement, {"member_id": member_id})


def end_all(connection: Connection, member_id: UUID, now: datetime) -> None:
    """Forget them, and sign every device out; lock the member first."""
    forget_begun(connection, member_id)
    store.end_others(connection, member_id, None, now)
