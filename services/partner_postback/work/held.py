"""Tries held requests again, as soon as their cause may be gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Engine, Row

from services.partner_postback import handlers
from services.partner_postback.click_id import ClickIds
from services.partner_postback.holds.again import arrival_of
from services.partner_postback.partners import Directory
from services.partner_postback.store import held
from services.partner_postback.store.batches import RACES
from shared.clock import Clock
from shared.database import SERVER_AWAY

log = structlog.get_logger()
_BATCH = 200
_PUT_OFF = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class HeldRetry:
    """What trying held requests again needs; `started_at`: when this process began."""

    engine: Engine
    directory: Directory
    clicks: ClickIds
    clock: Clock
    started_at: datetime

    def work(self) -> bool:
        """Try one batch again; answers whether there may be more."""
        try:
            return self.retry_once() == _BATCH
        except RACES as fault:  # first: a deadlock is an OperationalError too
            log.info("held.raced", fault=str(fault)[:300])
        return False

    def retry_once(self) -> int:
        """Try one batch again; answers how many were due."""
        with self.engine.connect() as connection:
            due = held.due(connection, now=self.clock(), started_at=self.started_at, limit=_BATCH)
        if due:
            self._retry(due)
        return len(due)

    def _retry(self, due: Sequence[Row[Any]]) -> None:
        try:
            with self.engine.begin() as connection:
                taken = held.take(connection, due)
                arrivals = [arrival_of(self.directory, row, request) for row, request in taken]
                outcomes = handlers.retry(connection, arrivals, self.clicks, self.clock)
        except (*SERVER_AWAY, *RACES):
            raise
        except Exception:
            if len(due) > 1:  # one that cannot be kept must not keep the others waiting
                for one in due:
                    self._retry([one])
                return
            log.exception("held.put_off", receipt_id=str(due[0].receipt_id))
            with self.engine.begin() as connection:
                held.put_off(connection, due[0].receipt_id, self.clock() + _PUT_OFF)
            return
        for tried in outcomes:
            receipt_id = str(tried.receipt_id)
            log.info("held.tried", receipt_id=receipt_id, verdict=tried.verdict, code=tried.code)
