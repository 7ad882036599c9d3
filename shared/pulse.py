"""Health of a worker process: it is alive while its loop turns, and says so over HTTP."""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

_STILL_ALIVE_SECONDS = 30.0


@dataclass(slots=True)
class Pulse:
    """When the loop last turned: a probe asks this, not whether the process exists."""

    last_turn: float = field(default_factory=time.monotonic)

    def beat(self) -> None:
        """Note a turn of the loop."""
        self.last_turn = time.monotonic()

    def is_alive(self) -> bool:
        """Answer whether the loop turned within the last 30 seconds."""
        return time.monotonic() - self.last_turn < _STILL_ALIVE_SECONDS


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_said: object) -> None:
        """Keep probes out of the log."""


def start_monitor(host: str, port: int, pulse: Pulse) -> None:
    """Answer /healthz and /metrics in the background; port 0 means no monitor."""
    if not port:
        return

    def app(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/metrics":
            start_response("200 OK", [("Content-Type", CONTENT_TYPE_LATEST)])
            return [generate_latest()]
        status = "200 OK" if pulse.is_alive() else "503 Service Unavailable"
        start_response(status, [("Content-Type", "application/json")])
        return [b'{"status": "alive"}' if pulse.is_alive() else b'{"status": "stuck"}']

    server = make_server(host, port, app, handler_class=_Quiet)
    threading.Thread(target=server.serve_forever, name="monitor", daemon=True).start()
