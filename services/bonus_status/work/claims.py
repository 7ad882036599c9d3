"""Claims that open and settle by themselves, and reminders of deadlines that passed."""

from dataclasses import dataclass

import structlog
from sqlalchemy import Engine

from services.bonus_status.claims.domain import ENDED, settle
from services.bonus_status.store.claims import due, kept
from shared.clock import Clock

log = structlog.get_logger()
_BATCH = 500
_WHY_OPENED = "The store's promised date has passed, and it has not decided."
_WHY_SETTLED = "The store has decided on the purchase after all."


@dataclass(frozen=True, slots=True)
class DueClaims:
    """What looking after deadlines needs."""

    engine: Engine
    clock: Clock

    def work(self) -> bool:
        """Look once, each kind in a transaction of its own; answers whether there may be more."""
        settled, opened = self._settle(), self._open()
        with self.engine.begin() as connection:
            reminded = due.remind(connection, self.clock())
        if settled or opened or reminded:
            log.info("claims.due", settled=settled, opened=opened, reminded=reminded)
        return bool(settled or opened)

    def _open(self) -> int:
        with self.engine.begin() as connection:
            claims = due.broken_promises(connection, self.clock(), _BATCH)
            return len(kept.add(connection, claims, _WHY_OPENED))

    def _settle(self) -> int:
        with self.engine.begin() as connection:
            found = due.settled(connection, _BATCH)
            claims = kept.lock(connection, found).values()
            now = self.clock()
            done = [settle(one, _WHY_SETTLED, now) for one in claims if one.state not in ENDED]
            kept.save(connection, done, _WHY_SETTLED)
            return len(done)
