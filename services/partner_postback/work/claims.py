"""Records accepted claims, each once, by the same way that every report of a partner goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import structlog
from sqlalchemy import Connection, Engine

from services.partner_postback import handlers
from services.partner_postback.claims.recording import Accepted, Line, arrival_of
from services.partner_postback.click_id import ClickIds
from services.partner_postback.store import claims
from services.partner_postback.store.batches import RACES
from shared.clock import Clock
from shared.database import SERVER_AWAY

log = structlog.get_logger()
_PUT_OFF = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class AcceptedClaims:
    """What recording claims needs."""

    engine: Engine
    clicks: ClickIds
    clock: Clock

    def work(self) -> bool:
        """Record one claim; answers whether there may be more."""
        with self.engine.begin() as connection:
            found = claims.next_accepted(connection, self.clock())
            if found is None:
                return False
            claim, lines = found
            try:
                with connection.begin_nested():
                    self._record(connection, claim, lines)
            except (*SERVER_AWAY, *RACES):
                raise
            except Exception:
                # One that cannot be recorded must not keep the others waiting.
                log.exception("claims.put_off", claim_id=str(claim.claim_id))
                claims.put_off(connection, claim.claim_id, self.clock() + _PUT_OFF)
        return True

    def _record(self, connection: Connection, claim: Accepted, lines: Sequence[Line]) -> None:
        arrival = arrival_of(claim, lines, uuid4(), self.clock())
        [outcome] = handlers.record(connection, [arrival], self.clicks, self.clock)
        claims.note_recorded(connection, claim, outcome.receipt_id)
        verdict, code = outcome.verdict, outcome.code
        log.info("claims.recorded", claim_id=str(claim.claim_id), verdict=verdict, code=code)
