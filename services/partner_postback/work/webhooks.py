"""Sends webhooks: claim, commit, call, note. Each is delivered at least once, or given up.

No transaction is open during a call. A sender that dies with a delivery leaves it due again after
its lease, under the same webhook-id. Several threads share the work, one a partner.
"""

import random
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus

import structlog
from prometheus_client import Counter
from sqlalchemy import Engine

from services.partner_postback.formats.signature import sign
from services.partner_postback.partners import Directory, valid_secrets
from services.partner_postback.store.access import webhooks
from services.partner_postback.store.access.webhooks import Claimed, State, Tried
from services.partner_postback.webhooks.call import Answer, Caller, CallFailed
from services.partner_postback.webhooks.schedule import pause_after
from shared.clock import Clock

log = structlog.get_logger()
TRIED = Counter("webhook_tries", "Tries to tell a partner, by what became of it.", ["state"])
# Longer than a call may take, with looking the name up.
_LEASE = timedelta(seconds=60)
_SUCCESS = 2  # the class of 200, 204, …


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """What sending webhooks needs, and whom its threads serve at this moment."""

    engine: Engine
    directory: Directory
    caller: Caller
    clock: Clock
    _served: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def work(self) -> bool:
        """Try one delivery; answers whether there may be more."""
        with self._partner() as partner_id:
            if partner_id is None:
                return False
            with self.engine.begin() as connection:
                claimed = webhooks.claim(connection, partner_id, self.clock(), _LEASE)
            if claimed is not None:
                self._try(claimed)
            return claimed is not None

    @contextmanager
    def _partner(self) -> Iterator[str | None]:
        """Answer a partner that no other thread serves meanwhile, or None."""
        with self._lock, self.engine.connect() as connection:
            partner_id = webhooks.next_partner(connection, list(self._served), self.clock())
            if partner_id is not None:
                self._served.add(partner_id)
        try:
            yield partner_id
        finally:
            with self._lock:
                self._served.discard(partner_id or "")

    def _try(self, claimed: Claimed) -> None:
        body = claimed.body.encode()
        try:
            answer = self.caller.post(claimed.url, body, self._headers(claimed, body))
        except CallFailed as fault:
            tried = self._failed(claimed, None, str(fault))
        else:
            tried = self._answered(claimed, answer)
        now = self.clock()
        with self.engine.begin() as connection:
            webhooks.note(connection, claimed, tried, now)
            if tried.status == HTTPStatus.GONE:
                webhooks.disable_endpoint(connection, claimed.partner_id, claimed.url, now)
        _tell(claimed, tried)

    def _headers(self, claimed: Claimed, body: bytes) -> Mapping[str, str]:
        now = self.clock()
        partner = self.directory.find(claimed.partner_id)
        secrets = valid_secrets(partner, "webhook", now) if partner else []
        timestamp = int(now.timestamp())
        # By each that is valid while they rotate: the partner may know the old one only.
        signatures = [sign(one, claimed.delivery_id, timestamp, body) for one in secrets]
        return {
            "content-type": "application/json",
            "user-agent": "cashback-webhooks/1",
            "webhook-id": claimed.delivery_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": " ".join(signatures),
        }

    def _answered(self, claimed: Claimed, answer: Answer) -> Tried:
        if answer.status // 100 == _SUCCESS:
            return Tried(State.DELIVERED, None, answer.status, None)
        error = f"The server answered {answer.status}: {answer.text}"
        if answer.status == HTTPStatus.GONE:
            return Tried(State.GIVEN_UP, None, answer.status, error)
        return self._failed(claimed, answer.status, error)

    def _failed(self, claimed: Claimed, status: int | None, error: str) -> Tried:
        pause = pause_after(claimed.attempts, random.random)
        if pause is None:
            return Tried(State.GIVEN_UP, None, status, error)
        next_at: datetime = self.clock() + pause
        return Tried(State.WAITING, next_at, status, error)


def _tell(claimed: Claimed, tried: Tried) -> None:
    TRIED.labels(tried.state.value).inc()
    log.info(
        "webhook.tried",
        delivery_id=claimed.delivery_id,
        partner_id=claimed.partner_id,
        state=tried.state.value,
        attempts=claimed.attempts,
        status=tried.status,
        error=tried.error,
    )
