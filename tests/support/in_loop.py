"""An ASGI app asked by Flask's test client: each request runs to its end in one event loop."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from threading import Thread
from typing import Any, TypeVar

from shared.server import AsgiApp, Message

Done = TypeVar("Done")


class Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Done]) -> Done:
        """Wait for what is done there."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def as_wsgi(self, app: AsgiApp) -> Callable[..., Iterable[bytes]]:
        """Answer an ASGI app as the callable that a test client asks."""

        def answer(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
            start, *parts = self.run(_asked(app, environ))
            headers = [(name.decode(), value.decode("latin-1")) for name, value in start["headers"]]
            start_response(f"{start['status']} Told", headers)
            return [part.get("body", b"") for part in parts]

        return answer


async def _asked(app: AsgiApp, environ: dict[str, Any]) -> list[Message]:
    told: list[Message] = []
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        told.append(message)

    await app(_scope(environ), receive, send)
    return told


def _scope(environ: dict[str, Any]) -> dict[str, Any]:
    named = {
        name.removeprefix("HTTP_"): value
        for name, value in environ.items()
        if name.startswith("HTTP_") or name in {"CONTENT_TYPE", "CONTENT_LENGTH"}
    }
    return {
        "type": "http",
        "http_version": "1.1",
        "method": environ["REQUEST_METHOD"],
        "path": environ["PATH_INFO"].encode("latin-1").decode(),
        "query_string": environ["QUERY_STRING"].encode(),
        "headers": [
            (name.lower().replace("_", "-").encode(), value.encode("latin-1", "surrogateescape"))
            for name, value in named.items()
        ],
    }
