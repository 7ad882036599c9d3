"""Changes of goals close at the cut-off: a run counts the list as it stood then, however late."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from services.payout.api.app import build
from services.payout.config import Settings
from services.payout.domain import Kind
from services.payout.goals import Wish, set_goals
from services.payout.monthly_run import planning
from shared.months import Month
from tests.integration.payout.callers import sign_in
from tests.integration.payout.given import (
    LIMITS,
    hear_bonus,
    member_with,
    plan_all,
    planned,
)
from tests.support.clock import SteppedClock

NOVEMBER, DECEMBER, JANUARY = Month(2026, 11), Month(2026, 12), Month(2027, 1)
SECOND = timedelta(seconds=1)
LIMITED, CERTIFICATE = Wish(Kind.TOP_UP, monthly_limit=10), Wish(Kind.CERTIFICATE)


def change(engine: Engine, member_id: UUID, wishes: Sequence[Wish], at: datetime) -> None:
    with engine.begin() as connection:
        set_goals(connection, member_id, wishes, at)


@pytest.fixture
def member_id(engine: Engine, clock: SteppedClock) -> UUID:
    """A member with 500 points and the goal that everybody begins with."""
    with engine.begin() as connection:
        return member_with(connection, clock, 500)


@pytest.mark.parametrize(
    ("early", "got"), [(SECOND, ["certificate:500"]), (timedelta(0), ["top_up:500"])]
)
def test_a_change_counts_from_the_first_run_whose_cutoff_it_precedes(
    engine: Engine, clock: SteppedClock, member_id: UUID, early: timedelta, got: list[str]
) -> None:
    """INVARIANT: whether it was in time depends on the cut-off, not on when the plan is written."""
    change(engine, member_id, [CERTIFICATE], DECEMBER.begins_at() - early)
    clock.now = DECEMBER.begins_at() + timedelta(days=2)
    plan_all(engine, DECEMBER, clock)
    assert planned(engine, DECEMBER) == {member_id: got}


def test_of_many_changes_after_the_cutoff_none_counts(
    engine: Engine, clock: SteppedClock, member_id: UUID
) -> None:
    closed = DECEMBER.begins_at()
    change(engine, member_id, [LIMITED], closed - SECOND)
    for hour, wishes in enumerate(([CERTIFICATE], [Wish(Kind.TOP_UP)], [CERTIFICATE])):
        change(engine, member_id, wishes, closed + timedelta(hours=hour))
    clock.now = closed + timedelta(days=1)
    plan_all(engine, DECEMBER, clock)
    assert planned(engine, DECEMBER) == {member_id: ["top_up:10"]}
    with engine.begin() as connection:
        hear_bonus(connection, member_id, 500, clock)
    clock.now = JANUARY.begins_at()
    plan_all(engine, JANUARY, clock)
    assert planned(engine, JANUARY)[member_id][0].startswith("certificate:")


def test_a_change_while_a_run_is_planned_counts_for_the_next(
    engine: Engine, clock: SteppedClock, member_id: UUID
) -> None:
    """A clerk's early run closes when it begins."""
    with engine.begin() as connection:
        run = planning.begin(connection, DECEMBER, "anna", clock())
    clock.move(SECOND)
    change(engine, member_id, [CERTIFICATE], clock())
    for _ in planning.plan(engine, run, LIMITS, clock):
        pass
    assert planned(engine, DECEMBER) == {member_id: ["top_up:500"]}


def test_a_preview_counts_what_its_run_would(
    engine: Engine, clock: SteppedClock, member_id: UUID
) -> None:
    change(engine, member_id, [CERTIFICATE], clock())
    with engine.connect() as connection:
        late = planning.preview(connection, NOVEMBER, LIMITS, clock())
        early = planning.preview(connection, DECEMBER, LIMITS, clock())
    assert (late.points[Kind.TOP_UP], early.points[Kind.CERTIFICATE]) == (500, 500)


def test_the_page_is_told_when_changes_close(
    settings: Settings, engine: Engine, clock: SteppedClock, member_id: UUID
) -> None:
    client: FlaskClient = build(settings, engine, clock).test_client()
    sign_in(client, member_id, clock)
    wanted = {"goals": [{"kind": "certificate"}]}
    assert client.put("/me/goals", json=wanted).get_json()["closes_at"] == "2026-11-30T21:00:00Z"
    assert client.get("/me/goals").get_json()["closes_at"] == "2026-11-30T21:00:00Z"
    plan_all(engine, DECEMBER, clock)  # early: what is changed now counts for January
    assert client.get("/me/goals").get_json()["closes_at"] == "2026-12-31T21:00:00Z"
