"""What a member is told of the next run is what the run then does, by the same rules."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from services.payout.api.app import build
from services.payout.config import Settings
from services.payout.domain import Kind, TopUpLimits
from services.payout.goals import Wish, set_goals
from shared.months import Month
from tests.integration.payout.callers import CLERK, assert_problem, sign_in
from tests.integration.payout.given import (
    GOALS_SET_AT,
    hear_bonus,
    hear_relative,
    member_with,
    plan_all,
)
from tests.support.clock import SteppedClock

DECEMBER = Month(2026, 12)
TOP_UP, CERTIFICATE = Kind.TOP_UP, Kind.CERTIFICATE
Told = Callable[..., dict[str, Any]]


@pytest.fixture
def told(settings: Settings, engine: Engine, clock: SteppedClock) -> Told:
    """`told(points, *wishes)`: what a member with these points and goals is told."""

    def tell(points: int, *wishes: Wish, smallest: int = 1, debt: int = 0) -> dict[str, Any]:
        with engine.begin() as connection:
            member_id = member_with(connection, clock, points, *wishes)
            if debt:
                balance = {"debt": debt}
                hear_bonus(connection, member_id, 0, clock, accrued_at=None, balance=balance)
        limits = TopUpLimits(smallest, 100_000)
        client = build(replace(settings, top_up_limits=limits), engine, clock).test_client()
        sign_in(client, member_id, clock)
        answer = client.get("/me/next-payout")
        assert answer.status_code == 200, answer.text
        same = client.get(f"/members/{member_id}/next-payout", headers=CLERK)
        assert same.get_json() == answer.get_json()
        return dict(answer.get_json())

    return tell


def test_a_member_is_told_when_and_how_much(told: Told) -> None:
    next_payout = told(734)
    assert next_payout["month"] == "2026-12"
    assert next_payout["cutoff_at"] == next_payout["closes_at"] == "2026-11-30T21:00:00Z"
    assert (next_payout["accrued"], next_payout["debt"]) == (734, 0)
    [goal] = next_payout["goals"]
    assert (goal["amount"], goal["minimum"], goal["waits"]) == (734, 1, None)
    assert (next_payout["carried_over"], next_payout["reasons"]) == (0, [])


@pytest.mark.parametrize(
    ("points", "wishes", "carried_over", "reasons"),
    [
        (0, [], 0, ["nothing"]),
        (9, [], 9, ["under_minimum"]),
        (500, [Wish(TOP_UP, monthly_limit=300)], 200, ["monthly_limit"]),
        (100_007, [], 7, ["largest_top_up"]),
        (500, [Wish(TOP_UP, is_paused=True)], 500, ["paused"]),
        (734, [Wish(CERTIFICATE)], 234, ["no_goal"]),
        (1999, [Wish(CERTIFICATE, target=2000), Wish(TOP_UP)], 1999, ["saving"]),
        (
            1999,
            [
                Wish(TOP_UP, monthly_limit=300),
                Wish(CERTIFICATE, is_paused=True),
                Wish(CERTIFICATE, target=2000),
            ],
            1699,
            ["monthly_limit", "paused", "saving"],
        ),
    ],
)
def test_what_stays_is_told_with_its_reasons(
    told: Told, points: int, wishes: list[Wish], carried_over: int, reasons: list[str]
) -> None:
    next_payout = told(points, *wishes, smallest=10)
    assert (next_payout["carried_over"], next_payout["reasons"]) == (carried_over, reasons)


def test_a_debt_comes_first(told: Told) -> None:
    next_payout = told(500, Wish(TOP_UP, monthly_limit=300), debt=40)
    assert (next_payout["debt"], next_payout["carried_over"]) == (40, 500)
    assert next_payout["reasons"] == ["debt"]
    assert [(one["amount"], one["waits"]) for one in next_payout["goals"]] == [(0, "debt")]


def test_savings_show_their_progress(told: Told) -> None:
    wishes = [
        Wish(TOP_UP, monthly_limit=300),
        Wish(CERTIFICATE, target=2000),
        Wish(CERTIFICATE, target=500),
    ]
    goals = told(1999, *wishes)["goals"]
    assert [one["waits"] for one in goals] == [None, "saving", "held"]
    certificates = [(one["target"], one["saved"], one["missing"]) for one in goals[1:]]
    assert certificates == [(2000, 1699, 301), (500, 0, 500)]
    [untargeted] = told(99, Wish(CERTIFICATE))["goals"]
    assert (untargeted["saved"], untargeted["missing"], untargeted["minimum"]) == (99, 1, 100)
    [reached] = told(734, Wish(CERTIFICATE))["goals"]
    assert (reached["amount"], reached["saved"], reached["missing"]) == (500, 500, 0)


def test_a_limit_that_no_top_up_can_keep_is_refused(
    settings: Settings, engine: Engine, clock: SteppedClock
) -> None:
    with engine.begin() as connection:
        member_id = member_with(connection, clock)
    limits = replace(settings, top_up_limits=TopUpLimits(10, 100))
    client: FlaskClient = build(limits, engine, clock).test_client()
    sign_in(client, member_id, clock)
    answer = client.put("/me/goals", json={"goals": [{"kind": "top_up", "monthly_limit": 9}]})
    assert_problem(answer, 422, "wrong_goal", "goals.0.monthly_limit")


def test_nobody_is_told_of_a_stranger(
    settings: Settings, engine: Engine, clock: SteppedClock
) -> None:
    client: FlaskClient = build(settings, engine, clock).test_client()
    answer = client.get(f"/members/{UUID(int=0)}/next-payout", headers=CLERK)
    assert_problem(answer, 404, "unknown_member")


_wishes = st.one_of(
    st.builds(
        Wish,
        st.just(CERTIFICATE),
        target=st.sampled_from([None, 100, 500, 1000]),
        is_paused=st.booleans(),
    ),
    st.builds(Wish, st.just(TOP_UP), monthly_limit=st.sampled_from([None, 50, 300])),
)


@dataclass(frozen=True)
class Case:
    """A member before a run: what he has, wants and owes, and what his relative says."""

    points: int
    wishes: list[Wish]
    consent: str
    debt: int


_cases = st.builds(
    Case,
    st.integers(0, 2500),
    st.lists(_wishes, min_size=1, max_size=4),
    st.sampled_from(["consented", "withdrawn"]),
    st.sampled_from([0, 0, 0, 5]),
)


@given(case=_cases)
@tried(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_run_does_what_was_told(
    case: Case, settings: Settings, engine: Engine, clock: SteppedClock
) -> None:
    """INVARIANT: the forecast is the run's own rule; a second copy of it would drift from it."""
    with engine.begin() as connection:
        connection.exec_driver_sql("TRUNCATE members, runs, relatives CASCADE")
        member_id = member_with(connection, clock, case.points)
        relative_id = hear_relative(connection, member_id, clock)
        set_goals(connection, member_id, _served_once(case.wishes, relative_id), GOALS_SET_AT)
        hear_relative(connection, member_id, clock, case.consent, relative_id)
        balance = {"debt": case.debt}
        hear_bonus(connection, member_id, 0, clock, accrued_at=None, balance=balance)
    client = build(settings, engine, clock).test_client()
    told = client.get(f"/members/{member_id}/next-payout", headers=CLERK).get_json()
    plan_all(engine, DECEMBER, SteppedClock(DECEMBER.begins_at()))
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT goal_id, amount FROM payouts"))
        paid = {str(row.goal_id): row.amount for row in rows}
        skipped = set(connection.scalars(text("SELECT reason FROM skipped")))
    assert {one["goal_id"]: one["amount"] for one in told["goals"] if one["amount"]} == paid
    assert told["carried_over"] == case.points - sum(paid.values())
    assert skipped <= set(told["reasons"])


def _served_once(wishes: list[Wish], relative_id: UUID) -> list[Wish]:
    """Let the first top-up be the relative's, the second the member's own; no number has two."""
    certificates = [wish for wish in wishes if wish.kind is CERTIFICATE]
    top_ups = [wish for wish in wishes if wish.kind is TOP_UP][:2]
    top_ups[:1] = [replace(wish, relative_id=relative_id) for wish in top_ups[:1]]
    return [*top_ups[:1], *certificates, *top_ups[1:]]
