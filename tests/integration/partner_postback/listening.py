"""A partner's own server, which is told what it asked for: real HTTP, and what servers do wrong."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tests.support.serving import running

Behaviour = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class PartnersServer:
    """What a partner's server got, and how it behaves: in this order, then it answers 204."""

    url: str = ""
    behaves: list[Behaviour] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.got]

    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.got]

    def is_signed(self, secret: str, place: int = -1) -> bool:
        """Whether the peer's own library finds it genuine."""
        headers, body = self.got[place]
        try:
            Webhook(secret).verify(body, headers)
        except WebhookVerificationError:
            return False
        return True


def answers(status: int, **headers: str) -> Behaviour:
    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(b"what it says \x00 of it")

    return behave


def waits_for(event: threading.Event) -> Behaviour:
    """Takes the message and says nothing until the event."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        event.wait(60)
        answers(200)(handler)

    return behave


def drips(stop: threading.Event, head: bytes) -> Behaviour:
    """Begins with `head`, then sends a byte every tenth of a second until its caller goes."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(head)
        while not stop.wait(0.1):
            try:
                handler.wfile.write(b"x")
                handler.wfile.flush()
            except OSError:
                return

    return behave


@contextmanager
def partners_server(certificate: Path | None = None) -> Iterator[PartnersServer]:
    """Run a partner's server, over TLS with a certificate and its key."""
    kept = PartnersServer()
    server = Server(("127.0.0.1", 0), handler(kept))
    if certificate is not None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    scheme = "http" if certificate is None else "https"
    kept.url = f"{scheme}://127.0.0.1:{server.server_address[1]}/told?by=cashback"
    with running(server):
        yield kept


class Server(ThreadingHTTPServer):
    """Says nothing of callers that hang up."""

    daemon_threads = True

    def handle_error(self, *_said: object) -> None:
        """They do, and tests look at what they say themselves."""


def handler(kept: PartnersServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/told?by=cashback"
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): said for name, said in self.headers.items()}
            kept.got.append((headers, body))
            behave = kept.behaves.pop(0) if kept.behaves else answers(204)
            behave(self)

        def log_message(self, *_said: object) -> None:
            """Keep the test's output quiet."""

    return Handler
