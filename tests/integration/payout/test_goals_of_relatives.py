"""Goals for relatives' numbers: the member's own relatives alone, and only while they agree."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from services.payout.api.app import build
from services.payout.config import Settings
from services.payout.domain import Kind
from services.payout.goals import Wish, set_goals
from shared.months import Month
from tests.integration.payout.callers import assert_problem, sign_in
from tests.integration.payout.given import (
    GOALS_SET_AT,
    hear_bonus,
    hear_member,
    hear_relative,
    member_with,
    plan_all,
    planned,
)
from tests.support.clock import SteppedClock

NOVEMBER = Month(2026, 11)


@pytest.fixture
def client(settings: Settings, engine: Engine, clock: SteppedClock) -> FlaskClient:
    return build(settings, engine, clock).test_client()


@pytest.fixture
def member_id(client: FlaskClient, engine: Engine, clock: SteppedClock) -> UUID:
    """A member, signed in."""
    member_id = uuid4()
    with engine.begin() as connection:
        hear_member(connection, member_id, clock)
    sign_in(client, member_id, clock)
    return member_id


def top_up(relative_id: UUID | None, **fields: Any) -> dict[str, Any]:
    return {"kind": "top_up", "relative_id": relative_id and str(relative_id)} | fields


def test_a_relatives_number_may_be_a_goal_once_he_agreed(
    client: FlaskClient, engine: Engine, member_id: UUID, clock: SteppedClock
) -> None:
    with engine.begin() as connection:
        mother = hear_relative(connection, member_id, clock, "asked")
    wanted = {"goals": [top_up(mother, monthly_limit=300), top_up(None)]}
    answer = client.put("/me/goals", json=wanted)
    assert_problem(answer, 422, "no_consent", "goals.0.relative_id")
    with engine.begin() as connection:
        hear_relative(connection, member_id, clock, relative_id=mother)
    kept = client.put("/me/goals", json=wanted).get_json()
    assert [one["relative_id"] for one in kept["goals"]] == [str(mother), None]
    assert client.put("/me/goals", json=kept).get_json() == kept
    assert client.get("/me/goals").get_json() == kept


@pytest.mark.usefixtures("member_id")
def test_anothers_relative_is_unknown(
    client: FlaskClient, engine: Engine, clock: SteppedClock
) -> None:
    with engine.begin() as connection:
        theirs = hear_relative(connection, uuid4(), clock)
    before = client.get("/me/goals").get_json()
    for relative_id in (theirs, uuid4()):
        answer = client.put("/me/goals", json={"goals": [top_up(None), top_up(relative_id)]})
        assert_problem(answer, 404, "unknown_relative", "goals.1.relative_id")
    assert client.get("/me/goals").get_json() == before


@pytest.mark.parametrize(
    ("other", "broken"),
    [
        ({}, "goals_one_a_relative"),
        ({"member_id": None}, "goals_relative_is_the_members_own"),
        ({"kind": "certificate"}, "goals_relative_is_topped_up"),
    ],
)
def test_the_database_refuses_a_number_that_is_not_the_goals(
    engine: Engine, clock: SteppedClock, other: dict[str, Any], broken: str
) -> None:
    """INVARIANT: one goal a number, a relative of the member's own, whatever the code does."""
    with engine.begin() as connection:
        member_id, stranger = member_with(connection, clock), member_with(connection, clock)
        mother = hear_relative(connection, member_id, clock)
        wishes = [Wish(Kind.TOP_UP, relative_id=mother)] if not other else [Wish(Kind.TOP_UP)]
        set_goals(connection, member_id, wishes, GOALS_SET_AT)
    row = {"member_id": member_id, "kind": "top_up", "relative_id": mother} | other
    row["member_id"] = row["member_id"] or stranger
    add = text("""
        INSERT INTO goals (goal_id, member_id, kind, position, relative_id)
        VALUES (gen_random_uuid(), :member_id, :kind, 2, :relative_id)
    """)
    with pytest.raises(IntegrityError, match=broken), engine.begin() as connection:
        connection.execute(add, row)


def test_a_withdrawn_consent_passes_the_goal_over_and_a_paused_goal_waits(
    engine: Engine, clock: SteppedClock
) -> None:
    """INVARIANT: no number is topped up against the will of its owner, whenever he says so."""
    with engine.begin() as connection:
        left, paused = member_with(connection, clock), member_with(connection, clock)
        only = member_with(connection, clock)
        for member_id, own, is_paused in (
            (left, [Wish(Kind.TOP_UP)], False),
            (paused, [Wish(Kind.TOP_UP)], True),
            (only, [], False),
        ):
            hear_bonus(connection, member_id, 500, clock)
            relative = hear_relative(connection, member_id, clock)
            wish = Wish(Kind.TOP_UP, relative_id=relative, is_paused=is_paused)
            set_goals(connection, member_id, [wish, *own], GOALS_SET_AT)
            if not is_paused:
                hear_relative(connection, member_id, clock, "withdrawn", relative)
    plan_all(engine, NOVEMBER, clock)
    assert planned(engine, NOVEMBER) == {left: ["top_up:500"], paused: ["top_up:500"]}
    ask = text("SELECT count(*) FILTER (WHERE relative_id IS NULL) AS own, count(*) FROM payouts")
    reasons = text("SELECT member_id, reason FROM skipped")
    with engine.connect() as connection:
        assert tuple(connection.execute(ask).one()) == (2, 2)
        skipped = {row.member_id: row.reason for row in connection.execute(reasons)}
    assert skipped == {only: "no_consent"}
