"""Whoever gets the postbacks of the shop: a real HTTP server in the place of our own service."""

import json
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
CLICK = "c" * 64


@dataclass
class Receiver:
    """Whoever gets the postbacks: answers what the test says, 200 unless told otherwise."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def about(self, order_id: str) -> list[dict[str, Any]]:
        return [one for one in self.bodies() if one["order_id"] == order_id]

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, _, body in self.got]

    def is_signed(self, place: int) -> bool:
        _, headers, body = self.got[place]
        try:
            Webhook(SECRET).verify(body, headers)
        except WebhookVerificationError:
            return False
        return True


def handler(kept: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): said for name, said in self.headers.items()}
            kept.got.append((self.path, headers, body))
            self.send_response(kept.answers.pop(0) if kept.answers else 200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b'{"verdict": "accepted", "receipt_id": "r1"}')

        def log_message(self, *_said: object) -> None:
            """Keep the test's output quiet."""

    return Handler
