"""The billing's own clock: carries out what is due, and calls its partner back about it."""

import threading
import time
from collections.abc import Sequence

import requests
import structlog

from services.sandbox.database import Database
from services.sandbox.faults import Faults
from services.sandbox.operator_billing import callbacks, top_ups
from services.sandbox.operator_billing.callbacks import Callback
from shared.clock import Clock
from shared.webhooks import sign

log = structlog.get_logger()
_TIMEOUT_SECONDS = (2, 10)
_AT_ONCE = 50
_TURN_SECONDS = 0.2


class Courier:
    """Calls one address back, signing with the newest key."""

    def __init__(
        self, database: Database, faults: Faults, url: str, keys: Sequence[bytes], clock: Clock
    ) -> None:
        """Take where to read from, where to send to, and what to sign with."""
        self._database = database
        self._faults = faults
        self._url = url
        self._keys = keys
        self._clock = clock
        self._session = requests.Session()
        self._session.trust_env = False

    def start(self) -> None:
        """Run beside the web server, until the process ends."""
        threading.Thread(target=self._run, name="courier", daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                self.turn()
            except Exception:
                # The billing must go on calling back whatever one attempt ran into.
                log.exception("courier.failed")
            time.sleep(_TURN_SECONDS)

    def turn(self) -> None:
        """Carry out what is due, and send what is."""
        top_ups.carry_out_if_due(self._database, self._clock())
        for callback in callbacks.due(self._database.read(), self._clock(), _AT_ONCE):
            self._send(callback)

    def _send(self, callback: Callback) -> None:
        fault = self._faults.draw("callbacks", callback.phone)
        if fault is not None and fault.mode == "no_callback":
            with self._database.write() as connection:
                callbacks.lose(connection, callback)
            return
        status = self._post(callback)
        with self._database.write() as connection:
            callbacks.settle(connection, callback, status, self._clock())
        log.info("callback.sent", callback_id=callback.callback_id, http_status=status)

    def _post(self, callback: Callback) -> int | None:
        timestamp = int(self._clock().timestamp())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": callback.callback_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(
                self._keys[0], callback.callback_id, timestamp, callback.body
            ),
        }
        try:
            answer = self._session.post(
                self._url,
                data=callback.body,
                headers=headers,
                timeout=_TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException:
            return None
        return answer.status_code
