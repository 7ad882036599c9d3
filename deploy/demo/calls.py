"""HTTP with patience: a service that was killed a moment ago is asked again until it is back.

Everything that the story sends again has a key of its own (a webhook id, an idempotency key), or
only asks; so repeating is harmless, as it must be for real partners and clerks.
"""

import threading
import time
from typing import Any

import requests

from shared.http_client import CallFailed, HttpClient

PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.2


def call(client: HttpClient, method: str, path: str, **options: Any) -> requests.Response:
    """Call until somebody answers; raises CallFailed when patience ends."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    pause = threading.Event()
    while True:
        try:
            return client.call(method, path, **options)
        except CallFailed:
            if time.monotonic() > deadline:
                raise
        pause.wait(_PAUSE_SECONDS)


def ask(client: HttpClient, path: str, **options: Any) -> Any:
    """GET and read the answer; raises HTTPError for a problem."""
    return _read(call(client, "GET", path, **options))


def send(client: HttpClient, method: str, path: str, body: object, **options: Any) -> Any:
    """Send JSON and read the answer; raises HTTPError for a problem."""
    return _read(call(client, method, path, json=body, **options))


def _read(answer: requests.Response) -> Any:
    if not answer.ok:
        message = f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text[:500]}"
        raise requests.HTTPError(message, response=answer)
    return answer.json() if answer.content else None
