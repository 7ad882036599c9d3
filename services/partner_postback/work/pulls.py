"""Takes pulls that are due, each partner's by one process at a time."""

from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from services.partner_postback.pulls.running import Running
from services.partner_postback.store import pulls
from shared.clock import Clock


@dataclass(frozen=True, slots=True)
class DuePulls:
    """What taking pulls needs."""

    engine: Engine
    running: Running
    clock: Clock

    def work(self) -> bool:
        """Run one pull that is due; answers whether there may be more.

        The partner is locked on a connection of its own, outside of any transaction: the lock lasts
        as long as the process that holds it, and a killed one leaves none behind.
        """
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as holding:
            for pull_id, partner_id in pulls.due(holding, self.clock()):
                if pulls.lock(holding, partner_id):
                    try:
                        pull = pulls.take(holding, pull_id, self.clock())
                        if pull is not None:
                            self.running.run(pull)
                            return True
                    finally:
                        _unlock(holding, partner_id)
        return False


def _unlock(holding: Connection, partner_id: str) -> None:
    try:
        pulls.unlock(holding, partner_id)
    except Exception:
        # Back in the pool, a connection that still holds the lock would keep it for ever.
        holding.invalidate()
        raise
