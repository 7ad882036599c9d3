"""The scheduler: it fires on the 1st in Moscow, once, and catches up once if it was down."""

import threading
from datetime import datetime

from sqlalchemy import Engine, text

from services.payout.config import Settings
from services.payout.monthly_run import schedule
from services.payout.store import runs
from shared.months import Month, read_month
from shared.signed import Signer
from tests.integration.payout.given import member_with, plan_all, planned
from tests.support.clock import SteppedClock

SIGNER = Signer([b"m" * 32])
NOVEMBER, DECEMBER = Month(2026, 11), Month(2026, 12)


def tick(engine: Engine, settings: Settings, clock: SteppedClock, *, caught_up: bool = True) -> int:
    return sum(schedule.tick(engine, settings, lambda _month: caught_up, SIGNER, clock))


def run_months(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT month FROM runs ORDER BY month")))


def test_the_scheduler_fires_on_the_first_in_moscow_and_once(
    engine: Engine, settings: Settings, clock: SteppedClock
) -> None:
    with engine.begin() as connection:
        member_with(connection, clock, 100, registered_at="2026-11-05T00:00:00Z")
    clock.now = datetime.fromisoformat("2026-11-30T20:59:59Z")
    tick(engine, settings, clock)
    assert run_months(engine) == []  # nobody was a member before the 1st of November
    clock.now = datetime.fromisoformat("2026-11-30T21:00:00Z")
    assert tick(engine, settings, clock) == 1
    assert tick(engine, settings, clock) == 0
    clock.now = datetime.fromisoformat("2026-11-30T20:59:00Z")  # a clock set back
    tick(engine, settings, clock)
    assert run_months(engine) == ["2026-12"]


def test_a_scheduler_that_was_down_catches_up_once_with_the_first_as_cutoff(
    engine: Engine, settings: Settings, clock: SteppedClock
) -> None:
    with engine.begin() as connection:
        member_with(connection, clock, 100)
    clock.now = datetime.fromisoformat("2027-02-03T09:00:00Z")  # down since November
    tick(engine, settings, clock)
    assert run_months(engine) == ["2027-02"]
    with engine.connect() as connection:
        run = runs.get(connection, read_month("2027-02"))
    assert run.cutoff_at == datetime.fromisoformat("2027-01-31T21:00:00Z")


def test_two_schedulers_alive_at_once_make_one_run_of_a_leap_day(
    engine: Engine, settings: Settings, clock: SteppedClock
) -> None:
    """INVARIANT: one month, one run, each member once, whoever of them is first."""
    with engine.begin() as connection:
        for _ in range(20):
            member_with(connection, clock, 100)
    clock.now = datetime.fromisoformat("2028-02-29T21:00:00Z")  # 1 March in Moscow
    both = [threading.Thread(target=tick, args=(engine, settings, clock)) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert run_months(engine) == ["2028-03"]
    assert list(planned(engine, Month(2028, 3)).values()) == [["top_up:100"]] * 20


def test_an_early_run_by_a_clerk_is_the_months_run(
    engine: Engine, settings: Settings, clock: SteppedClock
) -> None:
    with engine.begin() as connection:
        member_with(connection, clock, 100)
    plan_all(engine, DECEMBER, clock)
    clock.now = datetime.fromisoformat("2026-12-01T09:00:00Z")
    tick(engine, settings, clock)
    assert run_months(engine) == ["2026-12"]


def test_a_plan_waits_until_everything_said_before_was_read(
    engine: Engine, settings: Settings, clock: SteppedClock
) -> None:
    """INVARIANT: a lagging consumer must not make a run pass members over."""
    with engine.begin() as connection:
        member_with(connection, clock, 100)
    assert tick(engine, settings, clock, caught_up=False) == 0
    assert planned(engine, NOVEMBER) == {}
    assert tick(engine, settings, clock) == 1
    assert len(planned(engine, NOVEMBER)) == 1
