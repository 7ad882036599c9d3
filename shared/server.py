"""The HTTP server of every web process: granian, the app made in its worker, after the fork."""

import os
import threading
import time
from collections.abc import Sequence
from wsgiref.types import WSGIApplication

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

_PARENT_CHECK_SECONDS = 0.5


def serve(factory: str, host: str, port: int, *, threads: int = 32) -> None:
    """Serve the WSGI app that `package.module:callable` makes; returns after SIGTERM or SIGINT.

    A request keeps one of the threads until its whole body is there: in front of people stands a
    proxy that collects bodies and gives up on slow ones (deploy/README.md).
    """
    _serve(factory, host, port, Interfaces.WSGI, threads)


def serve_in_loop(factory: str, host: str, port: int) -> None:
    """Serve the RSGI app that `package.module:callable` makes, in one event loop, as `serve`."""
    _serve(factory, host, port, Interfaces.RSGI, None)


def _serve(factory: str, host: str, port: int, interface: Interfaces, threads: int | None) -> None:
    Granian(
        factory,
        address=host,
        port=port,
        interface=interface,
        # Proxies and services speak HTTP/1.1 to us: not looking for more is a twentieth faster.
        http=HTTPModes.http1,
        websockets=False,
        factory=True,
        workers=1,
        blocking_threads=threads,
        respawn_failed_workers=True,
        workers_kill_timeout=15,
        log_access=False,
    ).serve()


def behind(proxies: Sequence[str], app: WSGIApplication) -> WSGIApplication:
    """Take a visitor's address from X-Forwarded-For where one of these proxies says it.

    Of the addresses there, the last that is none of theirs counts: who sends such a header himself
    is not believed.
    """
    answer: WSGIApplication = wrap_wsgi_with_proxy_headers(app, list(proxies))
    return answer if proxies else app


def end_with_parent() -> None:
    """End this worker when its server was killed: an orphan would keep answering on the port."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_CHECK_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()
