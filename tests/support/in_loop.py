"""An app of an event loop asked by Flask's test client, as granian would ask it."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from threading import Thread
from types import SimpleNamespace
from typing import Any, TypeVar

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

    def as_wsgi(self, app: Any) -> Callable[..., Iterable[bytes]]:
        """Answer an RSGI app as the callable that a test client asks."""

        def answer(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
            length = int(environ.get("CONTENT_LENGTH") or 0)
            protocol = _Protocol(environ["wsgi.input"].read(length))
            self.run(app.__rsgi__(_scope(environ), protocol))
            status, headers, body = protocol.told
            start_response(f"{status} Told", headers)
            return [body]

        return answer


class _Protocol:
    """What hands a body over, and takes an answer."""

    told: tuple[int, list[tuple[str, str]], bytes]

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __call__(self) -> bytes:
        return self._body

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.told = status, headers, body


def _scope(environ: dict[str, Any]) -> Any:
    named = {
        name.removeprefix("HTTP_").lower().replace("_", "-"): value
        for name, value in environ.items()
        if name.startswith("HTTP_") or name in {"CONTENT_TYPE", "CONTENT_LENGTH"}
    }
    return SimpleNamespace(
        http_version="1.1",
        server="127.0.0.1:80",
        client="127.0.0.1:1",
        scheme="http",
        method=environ["REQUEST_METHOD"],
        path=environ["PATH_INFO"].encode("latin-1").decode(),
        query_string=environ["QUERY_STRING"],
        headers=named,
    )
