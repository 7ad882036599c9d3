"""Tries held requests again, as soon as their cause may be gone: a loop beside the consumer."""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import Engine

from services.partner_postback import formats, handlers
from services.partner_postback.click_id import ClickIds
from services.partner_postback.domain import Message
from services.partner_postback.formats.request import RawRequest, Refused
from services.partner_postback.store import held
from services.partner_postback.store.batches import RACES
from services.partner_postback.verdicts import Arrival
from shared.clock import Clock
from shared.database import SERVER_AWAY

log = structlog.get_logger()
_BATCH = 200
_PAUSE_SECONDS = 1.0
_PUT_OFF = timedelta(minutes=10)


def retry_held(engine: Engine, clicks: ClickIds, clock: Clock, stop: threading.Event) -> None:
    """Try held requests again as soon as their cause is gone, until `stop` is set."""
    started_at = clock()
    while not stop.is_set():
        tried = 0
        try:
            tried = retry_once(engine, clicks, clock, started_at)
        except RACES as fault:  # first: a deadlock is an OperationalError too
            log.info("held.raced", fault=str(fault)[:300])
        except SERVER_AWAY as fault:
            log.warning("held.server_away", fault=str(fault)[:300])
        if tried < _BATCH:
            stop.wait(_PAUSE_SECONDS)


def retry_once(engine: Engine, clicks: ClickIds, clock: Clock, started_at: datetime) -> int:
    """Try one batch again; answers how many were due."""
    with engine.connect() as connection:
        due = held.due(connection, now=clock(), started_at=started_at, limit=_BATCH)
    if due:
        _retry(engine, due, clicks, clock)
    return len(due)


def _retry(engine: Engine, receipt_ids: Sequence[UUID], clicks: ClickIds, clock: Clock) -> None:
    try:
        with engine.begin() as connection:
            taken = held.take(connection, receipt_ids)
            arrivals = [
                Arrival(row.receipt_id, row.partner_id, request, _read(request), row.transport_id)
                for row, request in taken
            ]
            outcomes = handlers.retry(connection, arrivals, clicks, clock)
    except (*SERVER_AWAY, *RACES):
        raise
    except Exception:
        if len(receipt_ids) > 1:  # one that cannot be kept must not keep the others waiting
            for receipt_id in receipt_ids:
                _retry(engine, [receipt_id], clicks, clock)
            return
        log.exception("held.put_off", receipt_id=str(receipt_ids[0]))
        with engine.begin() as connection:
            held.put_off(connection, receipt_ids[0], clock() + _PUT_OFF)
        return
    for one in outcomes:
        log.info("held.tried", receipt_id=str(one.receipt_id), verdict=one.verdict, code=one.code)


def _read(request: RawRequest) -> Message | Refused:
    try:
        return formats.read(request)
    except Refused as refused:
        return refused
