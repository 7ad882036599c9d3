"""Waiting for a process to be ready, with a limit, and with its log when it is not."""

import socket
import time
from collections.abc import Callable

from deploy.local.process import Running, StartFailed, alive

POLL_SECONDS = 0.05


def wait_ready(running: Running, ask: Callable[[], bool], seconds: float) -> None:
    """Ask again and again until the process says yes; a dead process ends the wait at once."""
    deadline = time.monotonic() + seconds
    while not ask():
        if not alive(running):
            raise StartFailed(running.name, "ended instead of starting", running.log)
        if time.monotonic() > deadline:
            raise StartFailed(running.name, f"was not ready in {seconds:.0f} s", running.log)
        time.sleep(POLL_SECONDS)


def accepts_connections(port: int) -> bool:
    """Say whether something listens on that port of this machine."""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0
