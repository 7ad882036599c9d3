"""The till's lane: a purchase that nothing stands against is redeemed in front of Flask.

Flask's dispatch costs several times what the redemption itself does (figures in the README), and a
till has a queue before it. Whatever is not redeemed at once, for any reason, goes on to Flask as it
came: nothing has happened by then, so it is answered there as if there were no lane.

The lane is an ASGI app: in an event loop a till that waits for its commit keeps no thread.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from services.payout.api.tills.keys import shown_in
from services.payout.api.tills.schemas import HIGHEST_MINOR, LONGEST_CODE, LONGEST_RECEIPT
from services.payout.certificates.codes import CodeBook
from services.payout.store.tills import Redemption
from services.payout.tills.counter import Counter
from services.payout.tills.redeeming import Purchase, want
from shared.clock import Clock
from shared.server import AsgiApp, Message, Receive, Send
from shared.web import note_answer, request_id_of

ROUTE = "/till/redemptions"
_LONGEST_BODY = 4_096
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
    """Stands in front of Flask, which is wrapped to be asked as an ASGI app too."""

    def __init__(self, counter: Counter, book: CodeBook, clock: Clock, behind: AsgiApp) -> None:
        """Take where redemptions are done, and what answers all that is none."""
        self._counter = counter
        self._book = book
        self._clock = clock
        self._behind = behind

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Redeem at once and answer it, or hand the request on untouched."""
        if scope["path"] != ROUTE or scope["method"] != "POST":
            await self._behind(scope, receive, send)
            return
        began = time.perf_counter()
        headers = dict(scope["headers"])
        messages = await _up_to_the_end(receive)
        done = await self._redeem(headers, b"".join(one.get("body", b"") for one in messages))
        if done is None:
            await self._behind(scope, _again(messages, receive), send)
            return
        answer = _encode({name: getattr(done, name) for name in _TOLD})
        sent = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(answer)),
            (b"x-content-type-options", b"nosniff"),
            (b"x-request-id", _id_of(headers)),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": sent})
        await send({"type": "http.response.body", "body": answer})
        note_answer("POST", ROUTE, ROUTE, 200, time.perf_counter() - began)

    async def _redeem(self, headers: Mapping[bytes, bytes], body: bytes) -> Redemption | None:
        asked = read_plain(body)
        if asked is None:
            return None
        try:
            key_hash = shown_in(headers.get(b"authorization", b"").decode("latin-1"))
            wanted = want(self._book, key_hash, asked, self._clock())
        except Exception:  # noqa: BLE001 - Flask meets the same fault, and answers or logs it
            return None
        return await self._counter.redeem(wanted)


async def _up_to_the_end(receive: Receive) -> list[Message]:
    """Read a request's messages, or the first of one that is longer than a purchase can be."""
    messages: list[Message] = []
    size = 0
    while size <= _LONGEST_BODY:
        messages.append(await receive())
        if not messages[-1].get("more_body"):
            break
        size += len(messages[-1]["body"])
    return messages


def _again(messages: Sequence[Message], receive: Receive) -> Receive:
    """Answer those messages that were read, and then the others."""
    read = iter(messages)

    async def next_message() -> Message:
        return next(read, None) or await receive()

    return next_message


def _id_of(headers: Mapping[bytes, bytes]) -> bytes:
    return request_id_of(headers.get(b"x-request-id", b"").decode("latin-1")).encode()
