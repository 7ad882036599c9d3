"""The three servers that are compared: nginx, a bare Flask redirect under granian, and ours."""

import json
import os
import secrets
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from deploy.local import process
from deploy.local.ports import free_ports
from deploy.local.ready import accepts_connections, wait_ready
from shared.identity import SESSION_COOKIE, Sessions
from tests.bench.tools import program

ROOT = Path(__file__).parents[2]
STORE = "aliexpress"
MEMBERS = 500
_FIRST_PORT = 19_100
_START_SECONDS = 120
_NGINX = """
daemon off; worker_processes auto; pid {folder}/nginx.pid; error_log {folder}/nginx.err;
events {{ worker_connections 1024; }}
http {{
  access_log {folder}/access.log;
  server {{
    listen 127.0.0.1:{port};
    keepalive_requests 100000000;
    location / {{ return 302 https://shop.example/{store}?subid=0; }}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Target:
    """A server that runs."""

    port: int
    running: process.Running


@contextmanager
def nginx(folder: Path) -> Iterator[Target]:
    """The limit: nginx answering a fixed redirect, its access log on."""
    folder.mkdir()
    (port,) = free_ports(_FIRST_PORT, 1)
    config = folder / "nginx.conf"
    config.write_text(_NGINX.format(folder=folder, port=port, store=STORE))
    command = [program("nginx"), "-e", f"{folder}/nginx.err", "-c", str(config)]
    yield from _started("nginx", command, port, folder, {})


@contextmanager
def bare_flask(folder: Path) -> Iterator[Target]:
    """The plain way: one Flask view that redirects, keeps nothing and looks at nothing."""
    folder.mkdir()
    (port,) = free_ports(_FIRST_PORT, 1)
    server = "from shared.server import serve; import sys; "
    serve = f'{server}serve("tests.bench.bare_flask:make_app", "127.0.0.1", {port}, threads=1)'
    yield from _started("bare_flask", [sys.executable, "-c", serve], port, folder, {})


@contextmanager
def ours(folder: Path, settings: dict[str, str]) -> Iterator[Target]:
    """The product: `python -m services.click_tracking web` as it is deployed."""
    (port,) = free_ports(_FIRST_PORT, 1)
    command = [sys.executable, "-m", "services.click_tracking", "web"]
    yield from _started("web", command, port, folder, settings | {"LISTEN_PORT": str(port)})


@contextmanager
def shipper(folder: Path, settings: dict[str, str]) -> Iterator[process.Running]:
    """The process that ships the journal."""
    command = [sys.executable, "-m", "services.click_tracking", "ship"]
    running = process.start(
        "ship", command, log=folder / "ship.log", env=os.environ | settings, cwd=ROOT
    )
    try:
        yield running
    finally:
        process.stop(running)


def settings_of(journal: Path, kafka_bootstrap: str) -> dict[str, str]:
    """The environment of our processes, with a store known from an earlier run."""
    journal.mkdir(parents=True, exist_ok=True)
    store = {
        "store_id": STORE,
        "number": 1,
        "status": "active",
        "tracking_url": f"https://shop.example/{STORE}?subid={{click_id}}",
        "deep_link_hosts": [],
    }
    (journal / "stores.json").write_text(json.dumps([store]))
    return {
        "KAFKA_BOOTSTRAP": kafka_bootstrap,
        "OPERATOR_KEY": secrets.token_hex(16),
        "SERVICE_KEY": secrets.token_hex(16),
        "SESSION_KEYS": secrets.token_hex(32),
        "CLICK_KEYS": secrets.token_hex(32),
        "ACCOUNT_URL": "http://127.0.0.1:1",
        "JOURNAL_DIR": str(journal),
        "LOG_LEVEL": "WARNING",
    }


def cookies_of(settings: dict[str, str]) -> Sequence[str]:
    """The sessions of many members, so that nothing is fast because it is always the same."""
    sessions = Sessions([bytes.fromhex(settings["SESSION_KEYS"])])
    ends_at = datetime.now(UTC) + timedelta(days=1)
    return [f"{SESSION_COOKIE}={sessions.seal(uuid4(), ends_at)}" for _ in range(MEMBERS)]


def _started(
    name: str, command: Sequence[str], port: int, folder: Path, settings: dict[str, str]
) -> Iterator[Target]:
    environment = os.environ | settings
    running = process.start(name, command, log=folder / f"{name}.log", env=environment, cwd=ROOT)
    try:
        wait_ready(running, lambda: accepts_connections(port), _START_SECONDS)
        yield Target(port, running)
    finally:
        process.stop(running)
