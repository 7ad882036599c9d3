"""The run: once a month, resumable, at its cut-off, and each member either paid or told why not."""

import threading
from collections import Counter
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from services.payout.domain import Kind
from services.payout.goals import Wish
from services.payout.monthly_run import planning
from services.payout.store import payouts, runs
from shared.months import Month
from tests.integration.payout.given import (
    LIMITS,
    hear_bonus,
    hear_points,
    member_with,
    plan_all,
    planned,
    run_all,
)
from tests.support.clock import SteppedClock

NOVEMBER, DECEMBER = Month(2026, 11), Month(2026, 12)


def skipped(engine: Engine, month: Month) -> dict[UUID, str]:
    ask = text("SELECT member_id, reason FROM skipped WHERE run_month = :month")
    with engine.connect() as connection:
        rows = connection.execute(ask, {"month": str(month)})
        return {row.member_id: row.reason for row in rows}


def requests(engine: Engine) -> int:
    """How many events ask for points of payouts that are there."""
    ask = text("SELECT count(*) FROM event_log JOIN payouts ON payout_id::text = aggregate_id")
    with engine.connect() as connection:
        return connection.execute(ask).scalar_one()


def everything_said(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(text("SELECT count(*) FROM event_log")).scalar_one()


def test_each_member_is_paid_by_goal_or_skipped_with_the_reason(
    engine: Engine, clock: SteppedClock
) -> None:
    saving = Wish(Kind.CERTIFICATE, target=500)
    with engine.begin() as connection:
        plain = member_with(connection, clock, 734)
        both = member_with(connection, clock, 900, Wish(Kind.TOP_UP, monthly_limit=300), saving)
        saver = member_with(connection, clock, 499, saving)
        poor = member_with(connection, clock)
        blocked = member_with(connection, clock, 100, status="blocked")
        erased = member_with(connection, clock, 100, status="erased")
        debtor = member_with(connection, clock)
        balance = {"debt": 40}
        hear_bonus(connection, debtor, 0, clock, accrued_at=None, balance=balance)
    plan_all(engine, NOVEMBER, clock)
    assert planned(engine, NOVEMBER) == {
        plain: ["top_up:734"],
        both: ["top_up:300", "certificate:500"],
    }
    assert skipped(engine, NOVEMBER) == {
        saver: "saving",
        poor: "nothing",
        blocked: "blocked",
        erased: "erased",
        debtor: "debt",
    }


def test_a_bonus_of_a_member_not_heard_of_yet_is_paid(engine: Engine, clock: SteppedClock) -> None:
    member_id = uuid4()
    with engine.begin() as connection:
        hear_bonus(connection, member_id, 80, clock)
    plan_all(engine, NOVEMBER, clock)
    assert planned(engine, NOVEMBER) == {member_id: ["top_up:80"]}


def test_only_what_accrued_before_the_cutoff_is_spent(engine: Engine, clock: SteppedClock) -> None:
    cutoff = NOVEMBER.begins_at()
    before, after = cutoff - timedelta(microseconds=1), cutoff
    with engine.begin() as connection:
        member_id = member_with(connection, clock, 100)
        hear_bonus(connection, member_id, 20, clock, accrued_at=before.isoformat())
        hear_bonus(connection, member_id, 3, clock, accrued_at=after.isoformat())
    plan_all(engine, NOVEMBER, clock)
    assert planned(engine, NOVEMBER) == {member_id: ["top_up:120"]}


def test_a_run_repeated_adds_nothing(engine: Engine, clock: SteppedClock) -> None:
    """INVARIANT: a month run twice pays once; a plan without its cursor would break it."""
    with engine.begin() as connection:
        for _ in range(5):
            member_with(connection, clock, 100)
    run_all(engine, NOVEMBER, clock)
    first = requests(engine)
    with engine.begin() as connection:
        member_with(connection, clock, 100)
    run_all(engine, NOVEMBER, clock)
    assert requests(engine) == first == 5
    assert len(planned(engine, NOVEMBER)) == 5


def test_the_database_refuses_a_second_payout_of_a_goal(
    engine: Engine, clock: SteppedClock
) -> None:
    """INVARIANT: even a planner gone mad cannot pay one goal twice in a run."""
    with engine.begin() as connection:
        member_with(connection, clock, 100)
    plan_all(engine, NOVEMBER, clock)
    again = text("""
        INSERT INTO payouts (payout_id, run_month, member_id, goal_id, kind, amount, minimum,
                             requested_at)
        SELECT gen_random_uuid(), run_month, member_id, goal_id, kind, amount, minimum, now()
        FROM payouts
    """)
    with (
        pytest.raises(Exception, match="payouts_once_a_run_member_goal"),
        engine.begin() as connection,
    ):
        connection.execute(again)


def test_a_plan_that_was_cut_off_goes_on_where_it_stood(
    engine: Engine, clock: SteppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "CHUNK", 3)
    with engine.begin() as connection:
        for _ in range(10):
            member_with(connection, clock, 100)
        run = planning.begin(connection, NOVEMBER, "anna", clock())
    first = planning.plan(engine, run, LIMITS, clock)
    assert [next(first), next(first)] == [3, 3]
    first.close()  # killed here
    with engine.connect() as connection:
        [unplanned] = runs.not_ended(connection)
    assert list(planning.plan(engine, unplanned, LIMITS, clock)) == [3, 1]
    assert len(planned(engine, NOVEMBER)) == 10
    assert requests(engine) == 0


def test_two_planners_take_turns(
    engine: Engine, clock: SteppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INVARIANT: two schedulers alive at once plan one run, each member once."""
    monkeypatch.setattr(planning, "CHUNK", 5)
    with engine.begin() as connection:
        for _ in range(60):
            member_with(connection, clock, 100)
    planners = [threading.Thread(target=plan_all, args=(engine, NOVEMBER, clock)) for _ in range(3)]
    for planner in planners:
        planner.start()
    for planner in planners:
        planner.join()
    assert list(planned(engine, NOVEMBER).values()) == [["top_up:100"]] * 60


def test_a_preview_says_what_the_run_then_does_and_writes_nothing(
    engine: Engine, clock: SteppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "CHUNK", 2)
    with engine.begin() as connection:
        member_with(connection, clock, 734)
        member_with(connection, clock, 600, Wish(Kind.CERTIFICATE), Wish(Kind.TOP_UP))
        member_with(connection, clock)
    before = everything_said(engine)
    with engine.connect() as connection:
        preview = planning.preview(connection, NOVEMBER, LIMITS, clock())
        assert runs.find(connection, NOVEMBER) is None
    assert everything_said(engine) == before
    assert preview.payouts == Counter({Kind.TOP_UP: 2, Kind.CERTIFICATE: 1})
    assert preview.points == Counter({Kind.TOP_UP: 834, Kind.CERTIFICATE: 500})
    plan_all(engine, NOVEMBER, clock)
    with engine.connect() as connection:
        totals = {one.kind: one.amount for one in runs.tally(connection, "2026-11")}
    assert totals == {"top_up": 834, "certificate": 500}


def test_a_preview_of_a_month_that_has_its_run_tells_what_is_still_to_plan(
    engine: Engine, clock: SteppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "CHUNK", 1)
    with engine.begin() as connection:
        for _ in range(3):
            member_with(connection, clock, 100, Wish(Kind.TOP_UP, monthly_limit=60))
        run = planning.begin(connection, NOVEMBER, "anna", clock())
    next(planning.plan(engine, run, LIMITS, clock))

    def previewed() -> int:
        with engine.connect() as connection:
            preview = planning.preview(connection, NOVEMBER, LIMITS, clock())
        return preview.points[Kind.TOP_UP]

    assert previewed() == 120
    plan_all(engine, NOVEMBER, clock)
    assert previewed() == 0  # although 40 points of each are left


def test_points_that_another_run_asked_for_are_not_asked_for_again(
    engine: Engine, clock: SteppedClock
) -> None:
    with engine.begin() as connection:
        member_id = member_with(connection, clock, 100, Wish(Kind.TOP_UP, monthly_limit=60))
    plan_all(engine, NOVEMBER, clock)
    plan_all(engine, DECEMBER, clock)
    assert planned(engine, DECEMBER) == {member_id: ["top_up:40"]}


def test_refused_points_end_the_payout_with_the_reason(engine: Engine, clock: SteppedClock) -> None:
    with engine.begin() as connection:
        member_with(connection, clock, 100)
    run_all(engine, NOVEMBER, clock)
    with engine.begin() as connection:
        [payout] = payouts.of_run(
            connection, "2026-11", state=None, after=runs.BEFORE_ALL, limit=10
        )
        hear_points(connection, "refused", payout, clock, reason="debt")
        found = payouts.find(connection, payout.payout_id)
    assert (found.state, found.reason) == ("refused", "debt")


def test_spent_bonuses_are_forgotten_and_returned_ones_count_again(
    engine: Engine, clock: SteppedClock
) -> None:
    with engine.begin() as connection:
        member_id = member_with(connection, clock)
        bonus_id = str(hear_bonus(connection, member_id, 100, clock))
        hear_bonus(connection, member_id, 0, clock, bonus_id=bonus_id)
        assert connection.execute(text("SELECT count(*) FROM accruals")).scalar_one() == 0
        hear_bonus(connection, member_id, 30, clock, bonus_id=bonus_id)
    plan_all(engine, NOVEMBER, clock)
    assert planned(engine, NOVEMBER) == {member_id: ["top_up:30"]}
