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
import shutil
import subprocess
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import psycopg

from deploy.local import servers as local
from deploy.local.process import Running
from tests.support import containers, session
from tests.support.ports import free_ports

GIVEN = ("TEST_POSTGRES_DSN", "TEST_REDIS_URL", "TEST_KAFKA_BOOTSTRAP")
DOCKER_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the servers of this session are."""

    postgres_dsn: str
    redis_url: str
    kafka_bootstrap: str


def are_given() -> bool:
    """Say whether they run already, and go on after this session."""
    return all(os.environ.get(name) for name in GIVEN)


def place() -> str:
    """Say where the servers of this session come from."""
    if are_given():
        return "given addresses"
    return "testcontainers" if _docker_answers() else "local servers (no Docker engine answers)"


def addresses() -> Addresses:
    """Start the servers if nobody of this session did yet, and say where they are."""
    if are_given():
        return Addresses(*(os.environ[name] for name in GIVEN))
    folder = session.folder()
    state = folder / "servers.json"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not state.exists():
            state.write_text(json.dumps(_start(folder)))
    return Addresses(**json.loads(state.read_text())["addresses"])


def stop() -> None:
    """Stop what was started."""
    state = session.folder() / "servers.json"
    if state.exists():
        started = json.loads(state.read_text())
        containers.remove(started["containers"])
        processes = tuple(Running(**process) for process in started["processes"])
        local.stop(local.Servers(**started["addresses"], processes=processes))


def without_fsync(dsn: str) -> None:
    """Let a server that lives for one session leave it to the machine when to write to the disk.

    We kill processes, PostgreSQL's too, never the machine: what it has in memory survives that. Of
    all that the tests wait for, the disk was a good part.
    """
    with psycopg.connect(dsn, autocommit=True) as admin:
        admin.execute("ALTER SYSTEM SET fsync = off")
        admin.execute("ALTER SYSTEM SET full_page_writes = off")
        admin.execute("SELECT pg_reload_conf()")


def _start(folder: Path) -> dict[str, object]:
    if place() == "testcontainers":
        where, ids = containers.start()
        without_fsync(where["postgres_dsn"])
        return {"addresses": where, "containers": ids, "processes": []}
    servers = local.start(folder, local.Ports(*free_ports(4)), "tests")
    without_fsync(servers.postgres_dsn)
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
