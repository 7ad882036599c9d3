"""Makes the day's anchor of all members' chains, once a day."""

from dataclasses import dataclass

from sqlalchemy import Engine

from services.bonus_status.store import anchors
from shared.clock import Clock


@dataclass(frozen=True, slots=True)
class AnchorChains:
    """What anchoring needs."""

    engine: Engine
    clock: Clock

    def work(self) -> bool:
        """Make the anchor of today (UTC) unless it is there."""
        now = self.clock()
        options = {"isolation_level": "REPEATABLE READ"}
        with self.engine.connect().execution_options(**options) as connection, connection.begin():
            if not anchors.has(connection, now.date()):
                anchors.make(connection, now.date(), now)
        return False
