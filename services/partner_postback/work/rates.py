"""Fetches the central bank's daily file: once an evening, and again soon where that failed."""

import random
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import structlog
from sqlalchemy import Engine

from services.partner_postback.outside.backoff import wait_after
from services.partner_postback.outside.faults import Fault, FaultCode
from services.partner_postback.outside.fetching import Ask, Fetcher
from services.partner_postback.rates import central_bank
from services.partner_postback.rates.central_bank import MOSCOW, WrongRates
from services.partner_postback.rates.taking_in import RateDiffers, TakenIn, take_in
from services.partner_postback.store import rates
from shared.clock import Clock

log = structlog.get_logger()
# A day's file has some 20 kilobytes.
LARGEST_FILE_BYTES = 1024 * 1024
# On a working day the bank sets tomorrow's rates in the afternoon; by then they have been out for
# hours, and the new day's orders find them.
_EVENING = time(20, 0)
# A process that is killed while it fetches keeps the others from it for so long.
_LEASE = timedelta(minutes=5)
_MEDIA_TYPES = frozenset({"application/xml", "text/xml"})


@dataclass(frozen=True, slots=True)
class DailyRates:
    """What fetching the rates needs."""

    engine: Engine
    fetcher: Fetcher
    url: str
    clock: Clock

    def work(self) -> bool:
        """Fetch if it is time, in one process only; answers that there is no more to do."""
        now = self.clock()
        with self.engine.begin() as connection:
            failures = rates.claim_fetch(connection, now, until=now + _LEASE)
        if failures is not None:
            self._fetch(failures)
        return False

    def _fetch(self, failures: int) -> None:
        try:
            taken = self._take_in()
        except Fault as fault:
            self._failed(fault, failures + 1)
        except (WrongRates, RateDiffers) as wrong:
            self._failed(Fault(FaultCode.RATES_REFUSED, str(wrong)), failures + 1)
        else:
            log.info("rates.taken_in", new=taken.new, unchanged=len(taken.unchanged))
            with self.engine.begin() as connection:
                rates.end_fetch(connection, next_evening(self.clock()), failures=0, last_error=None)

    def _take_in(self) -> TakenIn:
        published = central_bank.read(self.fetcher.fetch(Ask(self.url, _MEDIA_TYPES)))
        with self.engine.begin() as connection:
            return take_in(connection, published, replace=False, now=self.clock())

    def _failed(self, fault: Fault, failures: int) -> None:
        log.warning("rates.not_fetched", fault=str(fault), failures=failures)
        wait = wait_after(failures, fault.wait, random.random())  # noqa: S311 - spreads, hides nothing
        with self.engine.begin() as connection:
            rates.end_fetch(
                connection, self.clock() + wait, failures=failures, last_error=str(fault)
            )


def next_evening(now: datetime) -> datetime:
    """Answer the next 20:00 in Moscow: at 2026-11-25T17:00:00Z, which is one, that of the 26th."""
    local = now.astimezone(MOSCOW)
    evening = datetime.combine(local.date(), _EVENING, MOSCOW)
    return evening if evening > local else evening + timedelta(days=1)
