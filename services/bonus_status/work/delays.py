"""Counts how long each store really takes to confirm, every quarter of an hour."""

from dataclasses import dataclass

from sqlalchemy import Engine

from services.bonus_status.store import delays
from shared.clock import Clock


@dataclass(frozen=True, slots=True)
class CountDelays:
    """What counting needs."""

    engine: Engine
    clock: Clock

    def work(self) -> bool:
        """Count once; there is never more to do at once."""
        with self.engine.begin() as connection:
            delays.count_again(connection, self.clock())
        return False
