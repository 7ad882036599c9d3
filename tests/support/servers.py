"""Real PostgreSQL, Redis and Kafka for a test session, from one of three places, in this order.

given           TEST_POSTGRES_DSN, TEST_REDIS_URL and TEST_KAFKA_BOOTSTRAP name servers that run
testcontainers  a Docker engine answers and has (or can get) the images
local           deploy.local starts them as processes of this machine

They start when the first test asks, once for all pytest-xdist workers (a lock and a file in the
session's folder), and the controlling process stops them. A missing server is a failure.
"""

import fcntl
import json
import os
import random
import shutil
import subprocess
import tempfile
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from deploy.local import servers as local
from deploy.local.ports import free_ports
from deploy.local.process import Running
from tests.support import containers

GIVEN = ("TEST_POSTGRES_DSN", "TEST_REDIS_URL", "TEST_KAFKA_BOOTSTRAP")
FOLDER = "CASHBACK_TEST_SESSION"
DOCKER_SECONDS = 5
# Sessions at the same time must not look for free ports in the same place.
FIRST_PORTS = range(15_000, 19_000, 10)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the servers of this session are."""

    postgres_dsn: str
    redis_url: str
    kafka_bootstrap: str


def place() -> str:
    """Say where the servers of this session come from."""
    if all(os.environ.get(name) for name in GIVEN):
        return "given addresses"
    return "testcontainers" if _docker_answers() else "local servers (no Docker engine answers)"


def open_session() -> None:
    """Make the folder that the controlling process and its workers share."""
    if FOLDER not in os.environ:
        folder = Path(tempfile.mkdtemp(prefix="cashback-tests-"))
        # PostgreSQL runs as another user when we are root: it must be able to walk in.
        folder.chmod(0o711)
        os.environ[FOLDER] = str(folder)


def addresses() -> Addresses:
    """Start the servers if nobody of this session did yet, and say where they are."""
    if all(os.environ.get(name) for name in GIVEN):
        return Addresses(*(os.environ[name] for name in GIVEN))
    folder = Path(os.environ[FOLDER])
    state = folder / "servers.json"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not state.exists():
            state.write_text(json.dumps(_start(folder)))
    return Addresses(**json.loads(state.read_text())["addresses"])


def close_session() -> None:
    """Stop what was started, and remove the folder."""
    folder = Path(os.environ.pop(FOLDER))
    state = folder / "servers.json"
    if state.exists():
        started = json.loads(state.read_text())
        containers.remove(started["containers"])
        processes = tuple(Running(**process) for process in started["processes"])
        local.stop(local.Servers(**started["addresses"], processes=processes))
    shutil.rmtree(folder, ignore_errors=True)


def _start(folder: Path) -> dict[str, object]:
    if place() == "testcontainers":
        where, ids = containers.start()
        return {"addresses": where, "containers": ids, "processes": []}
    servers = local.start(folder, local.Ports(*free_ports(random.choice(FIRST_PORTS), 4)), "tests")
    where = Addresses(servers.postgres_dsn, servers.redis_url, servers.kafka_bootstrap)
    processes = [asdict(process) for process in servers.processes]
    return {"addresses": asdict(where), "containers": [], "processes": processes}


@cache
def _docker_answers() -> bool:
    docker = shutil.which("docker")
    if docker is None:
        return False
    try:
        said = subprocess.run(
            [docker, "info"], capture_output=True, timeout=DOCKER_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return said.returncode == 0 and containers.images_are_had()
