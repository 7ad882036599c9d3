"""Processes of our services for one test: started as in production, ready before they are used."""

import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import requests

from deploy.local import process
from deploy.local.process import Running
from deploy.local.ready import wait_ready
from tests.support.ports import free_ports

ROOT = Path(__file__).parents[2]
_START_SECONDS = 60


@contextmanager
def running(
    service: str, role: str, folder: Path, settings: Mapping[str, str]
) -> Iterator[Running]:
    """Run one process for as long as the test needs it."""
    started = process.start(
        f"{service}.{role}",
        [sys.executable, "-m", f"services.{service}", role],
        log=folder / f"{service}-{role}-{secrets.token_hex(4)}.log",
        env={**os.environ, **settings},
        cwd=ROOT,
    )
    try:
        yield started
    finally:
        process.stop(started)


@contextmanager
def serving(service: str, role: str, folder: Path, settings: Mapping[str, str]) -> Iterator[str]:
    """Run one web process; answers its address once it is ready."""
    [port] = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    with running(service, role, folder, {**settings, "LISTEN_PORT": str(port)}) as started:
        wait_until_ready(started, url)
        yield url


def wait_until_ready(started: Running, url: str) -> None:
    """Wait until a web process says that it is ready."""
    wait_ready(started, lambda: _is_ready(url), _START_SECONDS)


def _is_ready(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=2).ok
    except requests.ConnectionError:
        return False
