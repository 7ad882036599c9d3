"""What a plan makes of a message: its channel, a second message beside it, a notice, a wait."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from services.notifications.inbox import store as inbox
from services.notifications.store import Message
from services.notifications.ways.domain import Channel, Plan

_FIX = text("""
UPDATE messages SET channel = :channel
WHERE message_id = :message_id AND channel IS NULL
""")
# The cause is the guard: one e-mail beside an SMS, whether it was chosen or the SMS failed.
_ADD_BESIDE = text(r"""
INSERT INTO messages (cause, member_id, kind, facts, language, channel, beside_id,
    next_try_at, made_at, begun_at)
SELECT cause || '\:email', member_id, kind, facts, language, 'email', message_id, :now, :now, :now
FROM messages WHERE message_id = :message_id
ON CONFLICT (cause) DO NOTHING
""")
_WAIT = text("""
UPDATE messages SET send_after = :send_after, next_try_at = :send_after, attempts = attempts - 1
WHERE message_id = :message_id AND state = 'unsent'
""")


def keep(connection: Connection, message: Message, plan: Plan, now: datetime) -> None:
    """Keep a plan; what was kept of an earlier one stays."""
    if plan.is_on_site and message.member_id is not None:
        inbox.add(connection, message, now)
    values: Mapping[str, Any] = {"message_id": message.message_id, "now": now}
    if plan.send_after is not None:
        connection.execute(_WAIT, {**values, "send_after": plan.send_after})
        return
    if message.channel is not None or not plan.channels:
        return
    connection.execute(_FIX, {**values, "channel": plan.channels[0].value})
    if Channel.EMAIL in plan.channels[1:]:
        add_beside(connection, message.message_id, now)


def add_beside(connection: Connection, message_id: UUID, now: datetime) -> None:
    """Add an e-mail with the same news beside an SMS, once."""
    connection.execute(_ADD_BESIDE, {"message_id": message_id, "now": now})
