"""The till's lane: a purchase that nothing stands against is redeemed in front of Flask.

Flask's dispatch costs several times what the redemption itself does (figures in the README), and a
till has a queue before it. Whatever is not redeemed at once, for any reason, goes on to Flask as it
came, and is answered there as if there were no lane: nothing has happened by then, or the answer
was lost with the database's connection, and the same asked again is answered the same.

The lane lives in an event loop: a till that waits for its commit keeps no thread.
"""

import time
from typing import Annotated, Literal

import msgspec
from granian.rsgi import HTTPProtocol, Scope  # type: ignore[attr-defined]
from msgspec import Meta

from services.payout.api.tills.keys import shown_in
from services.payout.api.tills.schemas import HIGHEST_MINOR, LONGEST_CODE, LONGEST_RECEIPT
from services.payout.certificates.codes import CodeBook
from services.payout.store.tills import Redemption
from services.payout.tills.counter import Counter
from services.payout.tills.redeeming import Purchase, want
from shared.clock import Clock
from shared.in_threads import InThreads, read_body
from shared.web import note_answer, request_id_of

ROUTE = "/till/redemptions"
# Four names and three texts: one more, and a name stands there twice or a text has a quote in it.
_QUOTES = 14
_TOLD = (
    *("redemption_id", "receipt", "denomination", "price_minor", "pays_minor", "burns_minor"),
    *("left_minor", "redeemed_at", "cancelled_at"),
)


class PlainPurchase(Purchase, frozen=True, forbid_unknown_fields=True):
    """A purchase as nearly every till sends it; of others Flask tells whether they will do."""

    code: Annotated[str, Meta(max_length=LONGEST_CODE, pattern=r"^[0-9A-Za-z -]+\Z")]
    receipt: Annotated[str, Meta(max_length=LONGEST_RECEIPT, pattern=r"^[!-~]+( [!-~]+)*\Z")]
    price_minor: Annotated[int, Meta(ge=1, le=HIGHEST_MINOR)]
    goods: Literal["smartphone"]


_decode = msgspec.json.Decoder(PlainPurchase).decode
_encode = msgspec.json.Encoder().encode


def read_plain(body: bytes) -> PlainPurchase | None:
    """Read a purchase that is plain; None of any other.

    Example: the receipt `R-1 7` is plain, and `R-1  7` is not: its spaces become one elsewhere.
    """
    if body.count(b'"') != _QUOTES:
        return None
    try:
        return _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


class TillLane:
    """Stands in front of Flask."""

    def __init__(self, counter: Counter, book: CodeBook, clock: Clock, behind: InThreads) -> None:
        """Take where redemptions are done, and what answers all that is none."""
        self._counter = counter
        self._book = book
        self._clock = clock
        self._behind = behind

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """Redeem at once and answer it, or hand the request on."""
        began, headers = time.perf_counter(), scope.headers  # made anew whenever it is asked for
        body = await read_body(headers, protocol)
        done = None
        if scope.path == ROUTE and scope.method == "POST":
            done = await self._redeem(headers.get("authorization", ""), body)
        if done is None:
            await self._behind.answer(scope, protocol, body)
            return
        request_id = request_id_of(headers.get("x-request-id", ""))
        said = [
            ("content-type", "application/json"),
            ("x-content-type-options", "nosniff"),
            ("x-request-id", request_id),
        ]
        answer = _encode({name: getattr(done, name) for name in _TOLD})
        protocol.response_bytes(200, said, answer)
        seconds = time.perf_counter() - began
        note_answer("POST", ROUTE, ROUTE, 200, seconds, request_id=request_id)

    async def _redeem(self, authorization: str, body: bytes) -> Redemption | None:
        asked = read_plain(body)
        if asked is None:
            return None
        try:
            wanted = want(self._book, shown_in(authorization), asked, self._clock())
        except Exception:  # noqa: BLE001 - Flask meets the same fault, and answers or logs it
            return None
        return await self._counter.redeem(wanted)
