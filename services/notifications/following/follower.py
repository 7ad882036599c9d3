"""Asks the gateway what became of messages; an SMS that failed is followed by an e-mail.

No transaction is open during the call. Who dies after it leaves the messages due again: the same
answer is noted once, and the e-mail has a cause of its own.
"""

from datetime import timedelta

import structlog
from prometheus_client import Counter
from sqlalchemy import Engine

from services.notifications.following import store
from services.notifications.outside import CannotBeSent, Outside, TryLater
from shared.clock import Clock

log = structlog.get_logger()
FOLLOWED = Counter("notification_deliveries", "Messages that arrived or not.", ["delivery"])
_BATCH = 200
# A phone that is off gets its SMS within days; after that nobody will know.
ASKED_FOR = timedelta(days=3)


class Follower:
    """Asks for what is due."""

    def __init__(self, engine: Engine, outside: Outside, clock: Clock) -> None:
        """Take where messages are kept, who is asked, and the time."""
        self._engine = engine
        self._outside = outside
        self._clock = clock

    def follow_due(self) -> int:
        """Ask about the messages that are due; answers how many are known now."""
        now = self._clock()
        with self._engine.begin() as connection:
            due = store.claim(connection, now, now - ASKED_FOR, _BATCH)
        if not due:
            return 0
        try:
            states = self._outside.states(due)
        except (TryLater, CannotBeSent) as fault:
            log.warning("delivery.asked_in_vain", fault=str(fault))
            return 0
        ended = {key: state for key, state in states.items() if state != "accepted"}
        with self._engine.begin() as connection:
            failed = store.note(connection, ended, self._clock())
        for state in ended.values():
            FOLLOWED.labels(state).inc()
        for message_id, kind in failed:
            log.warning("delivery.failed", message_id=str(message_id), kind=kind)
        return len(ended)
