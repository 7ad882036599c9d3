"""The courier: a thread that signs what is due, sends it, and writes down the answer."""

import base64
import secrets
import threading
from datetime import timedelta

import requests
import structlog

from services.sandbox.database import Database
from services.sandbox.faults import Fault, Faults
from services.sandbox.partner_shop import deliveries, orders
from services.sandbox.partner_shop.deliveries import Delivery
from services.sandbox.partner_shop.partners import Partner, Partners, UnknownStore
from services.sandbox.partner_shop.signature import sign
from shared.clock import Clock

log = structlog.get_logger()
MODES = {
    "forged_signature": "signed with a secret that is not the partner's",
    "old_timestamp": "signed an hour ago",
    "sent_twice": "each postback sent twice, as two deliveries",
    "changed_click": "the click id changed on its way",
    "silent": "nothing is sent until the fault is cleared",
}
_TIMEOUT_SECONDS = (2, 15)
_LONGEST_ANSWER = 4000
_AT_ONCE = 50
_IDLE_SECONDS = 0.2
_REDIRECT = 300


class Sender:
    """Sends the deliveries of one shop file; `wake` it after adding some."""

    def __init__(
        self,
        database: Database,
        partners: Partners,
        faults: Faults,
        postback_url: str,
        clock: Clock,
    ) -> None:
        """Take where to read from and where to send to."""
        self._database = database
        self._partners = partners
        self._faults = faults
        self._postback_url = postback_url.rstrip("/")
        self._clock = clock
        self._session = requests.Session()
        self._session.trust_env = False
        self._woken = threading.Event()

    def start(self) -> None:
        """Run beside the web server, until the process ends."""
        threading.Thread(target=self._run, name="sender", daemon=True).start()

    def wake(self) -> None:
        """Send now what was just added."""
        self._woken.set()

    def _run(self) -> None:
        while True:
            try:
                sent = self.send_due()
            except Exception:
                # The shop must go on reporting whatever one attempt ran into.
                log.exception("sender.failed")
                sent = 0
            if not sent:
                self._woken.wait(_IDLE_SECONDS)
                self._woken.clear()

    def send_due(self) -> int:
        """Send what is due, one after the other; answers how many."""
        due = deliveries.due(self._database.read(), self._clock(), _AT_ONCE)
        return sum(self._send(delivery) for delivery in due)

    def _send(self, delivery: Delivery) -> bool:
        store_id = orders.find(self._database.read(), delivery.order_id).store_id
        fault = self._faults.draw("writes", store_id)
        if fault and fault.mode == "silent":
            return False
        try:
            partner = self._partners.of_store(store_id)
        except UnknownStore:
            # Its partner left the file, or the file is being written: as good as no answer.
            self._settle(delivery, None, "UnknownStore")
            return True
        body = _changed(delivery.body, fault)
        self._settle(delivery, *self._post(delivery.delivery_id, partner, body, fault))
        if fault and fault.mode == "sent_twice":
            self._post(f"{delivery.delivery_id}-again", partner, body, None)
        return True

    def _settle(self, delivery: Delivery, status: int | None, answer: str) -> None:
        with self._database.write() as connection:
            deliveries.settle(connection, delivery, status, answer, self._clock())
        log.info("postback.sent", order_id=delivery.order_id, http_status=status)

    def _post(
        self, delivery_id: str, partner: Partner, body: bytes, fault: Fault | None
    ) -> tuple[int | None, str]:
        headers = _signed(delivery_id, partner, body, fault, self._clock)
        try:
            response = self._session.post(
                f"{self._postback_url}/postbacks/{partner.partner_id}",
                data=body,
                headers=headers | {"Content-Type": "application/json"},
                timeout=_TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as fault_met:
            return None, type(fault_met).__name__
        return response.status_code, response.text[:_LONGEST_ANSWER]


def _signed(
    delivery_id: str, partner: Partner, body: bytes, fault: Fault | None, clock: Clock
) -> dict[str, str]:
    now, secret = clock(), partner.secret
    match fault:
        case Fault(mode="forged_signature"):
            secret = base64.b64encode(secrets.token_bytes(32)).decode()
        case Fault(mode="old_timestamp"):
            now -= timedelta(hours=1)
    return sign(secret, delivery_id, now, body)


def _changed(body: bytes, fault: Fault | None) -> bytes:
    if fault and fault.mode == "changed_click":
        return body.replace(b'"click_id":"', b'"click_id":"x', 1)
    return body
