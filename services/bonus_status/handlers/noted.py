"""A handler whose events are noted in the order in which they took effect."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from services.bonus_status.store.replay import applied
from shared.clock import Clock
from shared.events import Received
from shared.subscriptions import Handler


def noted(topic: str, handle: Handler, *, alone: bool = False) -> Handler:
    """Answer the handler that does the same and notes what it applied (store/replay/applied.py).

    `alone`: its events decide about the money of others than those whom they name.
    """

    def handle_and_note(
        connection: Connection, batch: Sequence[Received[Any]], clock: Clock
    ) -> None:
        applied.begin(connection, alone=alone)
        handle(connection, batch, clock)
        applied.note(connection, topic, [(one.aggregate_id, one.version) for one in batch])

    return handle_and_note
