"""A WSGI app behind an event loop: bodies come whole out of the loop, answers are made in threads.

So a sender that is slow, or never ends, keeps no thread. Answers go out whole too: what streams
its answers is better served by threads alone (shared/server.py).
"""

import asyncio
import io
import sys
from collections.abc import Awaitable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple
from wsgiref.types import WSGIApplication

from granian.rsgi import (  # type: ignore[attr-defined]
    Headers,
    HTTPProtocol,
    ProtocolClosed,
    Scope,
)

from shared.web import LARGEST_BODY_BYTES

# Of two keys the first is the sender's, here and for whoever stands in front.
_ONE_COUNTS = "HTTP_AUTHORIZATION"
_CONTENT = {"HTTP_CONTENT_LENGTH", "HTTP_CONTENT_TYPE"}
# A short body may come as slowly as it likes: it keeps nothing but itself.
_SHORT_BYTES = 4_096
_LONGEST_SECONDS = 10.0


class Answer(NamedTuple):
    """What is answered, whole."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class InThreads:
    """Answers requests of an event loop by a WSGI app."""

    def __init__(self, app: WSGIApplication, threads: int = 32) -> None:
        """Take the app, and how many requests it answers at once."""
        self._app = app
        self._threads = ThreadPoolExecutor(threads, "answering")

    async def answer(self, scope: Scope, protocol: HTTPProtocol, body: bytes) -> None:
        """Answer a request of which the body was read."""
        environ = _environ(scope, body)
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(self._threads, _asked, self._app, environ)
        protocol.response_bytes(*answer)


async def read_body(headers: Headers, protocol: HTTPProtocol) -> bytes:
    """Read a request's body; of one that is larger than any that is taken, no more than that.

    What its sender cut short, or takes too long for, is empty: no JSON, so it is refused.
    """
    length = headers.get("content-length")
    if length is None and "transfer-encoding" not in headers:
        return b""
    try:
        if length is None:
            return await _in_time(_chunks(protocol))
        if int(length) <= _SHORT_BYTES:  # the server has seen that it is a number
            return await protocol()
        if int(length) <= LARGEST_BODY_BYTES:
            return await _in_time(protocol())
    except (ProtocolClosed, TimeoutError):
        pass
    return b""


async def _in_time(body: Awaitable[bytes]) -> bytes:
    async with asyncio.timeout(_LONGEST_SECONDS):
        return await body


async def _chunks(protocol: HTTPProtocol) -> bytes:
    body = bytearray()
    async for part in protocol:
        body += part
        if len(body) > LARGEST_BODY_BYTES:
            break
    return bytes(body)


def _environ(scope: Scope, body: bytes) -> dict[str, Any]:
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": _native(scope.path),
        "QUERY_STRING": _native(scope.query_string),
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,  # so a body in chunks needs no length
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if "_" in name:
            continue  # it would pass for another's name
        key = f"HTTP_{name.upper().replace('-', '_')}"
        if key not in environ:
            environ[key] = value
        elif key != _ONE_COUNTS:
            environ[key] += f",{value}"
    for name in _CONTENT & environ.keys():
        environ[name.removeprefix("HTTP_")] = environ.pop(name)
    return environ


def _native(text: str) -> str:
    # As WSGI has it: bytes in the guise of a text.
    return text.encode().decode("latin-1")


def _asked(app: WSGIApplication, environ: dict[str, Any]) -> Answer:
    status, headers = "", []

    def start_response(said: str, named: list[tuple[str, str]], _fault: object = None) -> Any:
        nonlocal status, headers
        status, headers = said, named

    parts: Iterable[bytes] = app(environ, start_response)
    try:
        body = b"".join(parts)
    finally:
        getattr(parts, "close", lambda: None)()
    return Answer(int(status.split(" ", 1)[0]), headers, body)
