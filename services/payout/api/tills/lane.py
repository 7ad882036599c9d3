"""The till's lane: a purchase that nothing stands against is redeemed in front of Flask.

Flask's dispatch costs several times what the redemption itself does (figures in the README), and a
till has a queue before it. Whatever is not redeemed at once, for any reason, goes on to Flask as it
came: nothing has happened by then, so it is answered there as if there were no lane.
"""

import io
import time
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import structlog

from services.payout.api.tills.schemas import PurchaseSchema
from services.payout.store.tills import Redemption
from services.payout.tills.redeeming import Purchase, Till
from shared.json_body import read_json
from shared.web import note_answer, request_id_of

log = structlog.get_logger()
Environ = dict[str, Any]
WsgiApp = Callable[[Environ, Any], Iterable[bytes]]

ROUTE = "/till/redemptions"
_LONGEST_BODY = 4_096
_PURCHASE = PurchaseSchema()
_TOLD = (
    *("redemption_id", "receipt", "denomination", "price_minor", "pays_minor", "burns_minor"),
    *("left_minor", "redeemed_at", "cancelled_at"),
)


class TillLane:
    """Stands in front of Flask's own WSGI callable."""

    def __init__(self, till_of: Callable[[str], Till], behind: WsgiApp) -> None:
        """Take how a till is known by the header Authorization, and what stands behind."""
        self._till_of = till_of
        self._behind = behind

    def __call__(self, environ: Environ, start_response: Callable[..., object]) -> Iterable[bytes]:
        """Redeem at once and answer it, or hand the request on untouched."""
        length = environ.get("CONTENT_LENGTH") or ""
        if (
            environ["PATH_INFO"] != ROUTE
            or environ["REQUEST_METHOD"] != "POST"
            or not length.isdecimal()
            or int(length) > _LONGEST_BODY
        ):
            return self._behind(environ, start_response)
        began = time.perf_counter()
        body: bytes = environ["wsgi.input"].read(int(length))
        done = self._redeem(environ, body)
        if done is None:
            environ["wsgi.input"] = io.BytesIO(body)
            return self._behind(environ, start_response)
        answer = _json_of(done)
        headers = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(answer))),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Request-Id", request_id_of(environ.get("HTTP_X_REQUEST_ID", ""))),
        ]
        start_response("200 OK", headers)
        note_answer("POST", ROUTE, ROUTE, 200, time.perf_counter() - began)
        return [answer]

    def _redeem(self, environ: Environ, body: bytes) -> Redemption | None:
        try:
            sent: Any = _PURCHASE.load(read_json(body))  # type: ignore[arg-type]
            asked = Purchase(sent["code"], sent["receipt"], sent["price_minor"])
            return self._till_of(environ.get("HTTP_AUTHORIZATION", "")).redeem_at_once(asked)
        except Exception:  # noqa: BLE001 - Flask meets the same fault, and answers or logs it
            return None


def _json_of(done: Redemption) -> bytes:
    return msgspec.json.encode({name: getattr(done, name) for name in _TOLD})
