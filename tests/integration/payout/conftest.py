"""Payout on a database of its own, beside the real members service and the sandbox's billing."""

import os
import secrets
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from sqlalchemy import Engine

from deploy.local import ports, process
from deploy.local import settings as settings_of_a_stack
from deploy.local.process import Running
from deploy.local.processes import Process, wanted_ports
from deploy.local.ready import wait_ready
from services.payout.config import Patience, Settings
from shared.http_client import HttpClient
from tests.integration.payout.given import LIMITS
from tests.integration.payout.world import CLERK_KEY, SERVICE_KEY, Operator, World
from tests.support.clock import SteppedClock

ROOT = Path(__file__).parents[3]
FIRST_PORT = 20_000
START_SECONDS = 60
OWN_TABLES = (
    "members",
    "accruals",
    "goals",
    "runs",
    "payouts",
    "skipped",
    "reversals",
    "certificates",
)
PATIENCE = Patience(
    lease=timedelta(seconds=60),
    settling=timedelta(seconds=30),
    give_up=timedelta(days=1),
    first=timedelta(seconds=1),
    longest=timedelta(seconds=300),
)


@contextmanager
def running(service: str, role: str, folder: Path, changes: Mapping[str, str]) -> Iterator[Running]:
    """One process of a service with a stack's settings, for as long as the test needs it."""
    stack = settings_of_a_stack.make(folder, wanted_ports())
    environment = settings_of_a_stack.environment(stack, Process(service, role))
    keys = {"OPERATOR_KEY": CLERK_KEY, "SERVICE_KEY": SERVICE_KEY, "MONITOR_PORT": "0"}
    started = process.start(
        f"{service}.{role}",
        [sys.executable, "-m", f"services.{service}", role],
        log=folder / f"{service}-{role}-{secrets.token_hex(4)}.log",
        env={**environment, **keys, **changes},
        cwd=ROOT,
    )
    try:
        yield started
    finally:
        process.stop(started)


@contextmanager
def serving(service: str, role: str, folder: Path, changes: Mapping[str, str]) -> Iterator[str]:
    """One web process; answers its address once it is ready."""
    # Spread by process id, so that xdist workers do not reach for the same port at once.
    [port] = ports.free_ports(FIRST_PORT + os.getpid() % 500 * 10, 1)
    url = f"http://127.0.0.1:{port}"
    with running(service, role, folder, {**changes, "LISTEN_PORT": str(port)}) as started:
        wait_ready(started, lambda: _is_ready(url), START_SECONDS)
        yield url


def _is_ready(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=2).ok
    except requests.ConnectionError:
        return False


@pytest.fixture(scope="session")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    """The sandbox's billing as a process, with its switchboard and its own statement."""
    folder = tmp_path_factory.mktemp("billing")
    with serving("sandbox", "operator_billing", folder, {"SANDBOX_DIR": str(folder)}) as url:
        yield Operator(url)


@pytest.fixture(scope="session")
def members_url(
    tmp_path_factory: pytest.TempPathFactory, service_url: Callable[[str], str], redis_url: str
) -> Iterator[str]:
    """The real members service, which alone knows phones."""
    changes = {"DATABASE_URL": service_url("members"), "REDIS_URL": redis_url}
    with serving("members", "web", tmp_path_factory.mktemp("members"), changes) as url:
        yield url


@pytest.fixture
def engine(service_engine: Callable[[str], Engine]) -> Engine:
    """Payout's database, empty but for what was once said: that is append-only even here."""
    engine = service_engine("payout")
    with engine.begin() as connection:
        connection.exec_driver_sql(f"TRUNCATE {', '.join(OWN_TABLES)}")
        connection.exec_driver_sql("UPDATE reversals_read SET up_to = 0")
    return engine


@pytest.fixture
def world(engine: Engine, operator: Operator, members_url: str, clock: SteppedClock) -> World:
    """Payout between the real members service and the operator, at a moment that the test sets."""
    members = HttpClient(members_url, bearer=CLERK_KEY)
    return World(engine, operator, members, clock, PATIENCE)


@pytest.fixture
def settings() -> Settings:
    """The settings of payout's processes; databases are given beside them."""
    return Settings(
        app_env="local",
        database_url="postgresql://given.beside",
        kafka_bootstrap="127.0.0.1:1",
        listen_host="127.0.0.1",
        listen_port=0,
        monitor_port=0,
        operator_key=CLERK_KEY,
        service_key=SERVICE_KEY,
        session_keys=(b"k" * 32,),
        certificate_keys=(b"c" * 32,),
        members_url="http://members.test",
        billing_url="http://billing.test",
        top_up_limits=LIMITS,
        executors=2,
        run_grace=timedelta(0),
        reversals_every=timedelta(seconds=1),
        patience=PATIENCE,
    )
