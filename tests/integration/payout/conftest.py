"""Payout on a database of its own, beside the real members service and the sandbox's billing."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from services.payout.config import Patience, Reconciling, Settings
from services.payout.domain import Kind
from services.payout.goals import Wish
from services.payout.top_ups.rate import NO_LIMIT
from shared.http_client import HttpClient
from tests.integration.payout.given import LIMITS, member_with, plan_all
from tests.integration.payout.releasing import NOVEMBER
from tests.integration.payout.salons import Salons
from tests.integration.payout.world import (
    CLERK_KEY,
    SERVICE_KEY,
    Operator,
    World,
    stack_settings,
)
from tests.support.clock import SteppedClock
from tests.support.processes import serving

PATIENCE = Patience(
    lease=timedelta(seconds=60),
    settling=timedelta(seconds=30),
    give_up=timedelta(days=1),
    first=timedelta(seconds=1),
    longest=timedelta(seconds=300),
)
RECONCILING = Reconciling(
    hour=6, every=timedelta(seconds=300), case_owner="payouts", case_time=timedelta(days=5)
)


@pytest.fixture(scope="session")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    """The sandbox's billing as a process, with its switchboard and its own statement."""
    folder = tmp_path_factory.mktemp("billing")
    with serving("sandbox", "operator_billing", folder, {"SANDBOX_DIR": str(folder)}) as url:
        yield Operator(url)


@pytest.fixture(scope="session")
def members_url(
    tmp_path_factory: pytest.TempPathFactory,
    service_url: Callable[[str], str],
    redis_url: str,
    operator: Operator,
) -> Iterator[str]:
    """The real members service, which alone knows phones."""
    folder = tmp_path_factory.mktemp("members")
    changes = {
        "DATABASE_URL": service_url("members"),
        "REDIS_URL": redis_url,
        "SESSION_KEYS": (b"k" * 32).hex(),
        "OPERATOR_BILLING_URL": operator.url,
    }
    with serving(
        "members", "web", folder, stack_settings("members", "web", folder, changes)
    ) as url:
        yield url


@pytest.fixture
def engine(fresh_engine: Callable[[str], Engine]) -> Engine:
    """A database of each test alone: a run takes everybody."""
    return fresh_engine("payout")


@pytest.fixture
def world(engine: Engine, operator: Operator, members_url: str, clock: SteppedClock) -> World:
    """Payout between the real members service and the operator, at a moment that the test sets."""
    members = HttpClient(members_url, bearer=CLERK_KEY)
    return World(engine, operator, members, clock, PATIENCE)


@pytest.fixture
def salons(world: World, settings: Settings) -> Iterator[Salons]:
    """Two salons with a key each, and a clerk."""
    with closing(Salons(world, settings)) as opened:
        yield opened


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
        manifest_keys=(b"m" * 32,),
        operator_callback_keys=(b"n" * 32, b"o" * 32),
        members_url="http://members.test",
        billing_url="http://billing.test",
        top_up_limits=LIMITS,
        release_below=0,
        executors=2,
        operator_rate=NO_LIMIT,
        run_grace=timedelta(0),
        reversals_every=timedelta(seconds=1),
        patience=PATIENCE,
        reconciling=RECONCILING,
    )


@pytest.fixture
def plan_hash(engine: Engine, clock: SteppedClock) -> str:
    """A planned run, begun by anna, of five payouts; answers the hash that names it."""
    with engine.begin() as connection:
        for points in (100, 200, 300):
            member_with(connection, clock, points)
        both = (Wish(Kind.CERTIFICATE, target=500), Wish(Kind.TOP_UP))
        member_with(connection, clock, 700, *both)
    return plan_all(engine, NOVEMBER, clock)
