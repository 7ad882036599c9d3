"""Writes contracts/http: what each service answers over HTTP, as its own code describes it.

Every web process is started alone, with no server to talk to, and asked for its /openapi.json. So
this also shows that each one starts, and says what it can do, while the servers are away.
"""

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from deploy.local import ports, process, settings
from deploy.local.processes import PROCESSES, Process, wanted_ports
from deploy.local.ready import wait_ready

REPOSITORY = Path(__file__).parents[1]
HTTP_CONTRACTS = REPOSITORY / "contracts" / "http"
# The website is pages for people; the console answers `cashback clerks` beside its pages.
_PAGES = {"account"}
WEB = tuple(one for one in PROCESSES if one.serves and one.service not in _PAGES)
_FIRST_PORT = 18_100
_START_SECONDS = 60
_AT_ONCE = 3
_NOWHERE = {
    "DATABASE_URL": "postgresql://nobody:nothing@127.0.0.1:1/cashback",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "KAFKA_BOOTSTRAP": "127.0.0.1:1",
}


def file_of(one: Process) -> Path:
    """Name the contract of a web process."""
    return HTTP_CONTRACTS / f"{one.port_name}.openapi.json"


def read(one: Process) -> str:
    """Answer the committed contract, empty when there is none."""
    return file_of(one).read_text() if file_of(one).exists() else ""


def described() -> dict[Process, str]:
    """Ask every web process what it answers."""
    with tempfile.TemporaryDirectory() as folder:
        chosen = settings.make(Path(folder), ports.choose(wanted_ports, _FIRST_PORT))
        settings.write_private(Path(folder) / "partners.json", "[]")
        with ThreadPoolExecutor(_AT_ONCE) as together:
            texts = together.map(lambda one: _ask(chosen, one), WEB)
            return dict(zip(WEB, texts, strict=True))


def main() -> None:
    """Write the contracts, and say which ones changed."""
    HTTP_CONTRACTS.mkdir(exist_ok=True)
    for one, text in described().items():
        changed = text != read(one)
        file_of(one).write_text(text)
        sys.stdout.write(f"{file_of(one).name}: {'changed' if changed else 'as it was'}\n")


def _ask(chosen: settings.Settings, one: Process) -> str:
    with started(chosen, one, _NOWHERE) as url:
        return _as_text(requests.get(f"{url}/openapi.json", timeout=10).json())


@contextmanager
def started(chosen: settings.Settings, one: Process, servers: Mapping[str, str]) -> Iterator[str]:
    """Run one web process for a while, with these settings in place of the stack's; its address."""
    running = process.start(
        one.name,
        [sys.executable, "-m", f"services.{one.service}", one.role],
        log=chosen.folder / f"{one.name}.log",
        env=settings.environment(chosen, one) | dict(servers),
        cwd=REPOSITORY,
    )
    url = f"http://127.0.0.1:{chosen.ports[one.port_name]}"
    try:
        wait_ready(running, lambda: _answers(url), _START_SECONDS)
        yield url
    finally:
        process.kill(running)


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/openapi.json", timeout=5).ok
    except requests.RequestException:
        return False


def _as_text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    main()
