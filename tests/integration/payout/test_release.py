"""A run is planned, looked at, released by a second person, paused, cancelled, and signed for."""

import threading
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from services.payout.api.app import build
from services.payout.config import Settings
from services.payout.monthly_run import asking, planning, schedule
from services.payout.store import runs
from tests.integration.payout.callers import CLERK, SERVICE, assert_problem
from tests.integration.payout.given import hear_points, member_with, plan_all
from tests.integration.payout.releasing import (
    MONTH,
    NOVEMBER,
    SIGNER,
    START,
    WHY,
    do,
    events,
    hear_all,
    of_run,
    states,
    turn,
)
from tests.integration.payout.world import World
from tests.support.clock import SteppedClock


@pytest.fixture
def client(settings: Settings, engine: Engine, clock: SteppedClock) -> FlaskClient:
    return build(settings, engine, clock).test_client()


def test_nothing_is_asked_for_before_a_second_person_releases(
    client: FlaskClient, engine: Engine, settings: Settings, clock: SteppedClock, plan_hash: str
) -> None:
    """INVARIANT: one clerk alone moves no money, and nobody moves what he did not see."""
    turn(engine, settings, clock)
    assert (states(engine), events(engine, "payout.requested")) == ({"planned"}, [])
    same = do(client, "release", clerk="anna", plan_hash=plan_hash)
    assert_problem(same, 409, "same_person", "clerk")
    other = do(client, "release", clerk="boris", plan_hash=START)
    assert_problem(other, 409, "another_plan", "plan_hash")
    turn(engine, settings, clock)
    assert states(engine) == {"planned"}
    told = do(client, "release", clerk="boris", plan_hash=plan_hash).get_json()
    assert (told["state"], told["begun_by"], told["released_by"]) == ("released", "anna", "boris")
    again = do(client, "release", clerk="boris", plan_hash=plan_hash)  # his answer was lost
    assert again.status_code == 200
    late = do(client, "release", clerk="vera", plan_hash=plan_hash)
    assert_problem(late, 409, "illegal_act")
    for _ in range(2):
        turn(engine, settings, clock)
    assert (states(engine), len(events(engine, "payout.requested"))) == ({"requested"}, 5)
    acts = [(one["act"], one["clerk"]) for one in told["acts"]]
    assert acts == [("release", "boris"), ("begin", "anna")]


def test_the_database_too_refuses_whoever_began_the_run(
    engine: Engine, clock: SteppedClock
) -> None:
    plan_all(engine, NOVEMBER, clock)
    with (
        pytest.raises(IntegrityError, match="runs_released_by_a_second_person"),
        engine.begin() as connection,
    ):
        runs.set_released(connection, MONTH, "Anna", clock())


def test_a_run_is_not_released_before_it_is_planned(
    client: FlaskClient, engine: Engine, clock: SteppedClock
) -> None:
    with engine.begin() as connection:
        member_with(connection, clock, 100)
        planning.begin(connection, NOVEMBER, "anna", clock())
    refused = do(client, "release", clerk="boris", plan_hash=START)
    assert_problem(refused, 409, "illegal_act")
    assert "planning" in refused.get_json()["detail"]


@pytest.mark.parametrize(("limit", "expected"), [(1_299, {"planned"}), (1_300, {"requested"})])
@pytest.mark.usefixtures("plan_hash")
def test_a_setting_releases_small_runs_alone(
    engine: Engine, settings: Settings, clock: SteppedClock, limit: int, expected: set[str]
) -> None:
    for _ in range(2):
        turn(engine, replace(settings, release_below=limit), clock)
    assert states(engine) == expected


def test_two_who_release_at_once_release_once(
    client: FlaskClient, engine: Engine, plan_hash: str
) -> None:
    answers: list[int] = []

    def release(clerk: str) -> None:
        answers.append(do(client, "release", clerk=clerk, plan_hash=plan_hash).status_code)

    clerks = [threading.Thread(target=release, args=(name,)) for name in ("boris", "vera")]
    for one in clerks:
        one.start()
    for one in clerks:
        one.join()
    assert sorted(answers) == [200, 409]
    with engine.connect() as connection:
        acts = [one.act.value for one in runs.acts(connection, MONTH)]
    assert acts.count("release") == 1


def test_askers_that_are_killed_or_two_ask_once_for_each(
    engine: Engine, settings: Settings, clock: SteppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INVARIANT: an event for each payout of the plan, whoever dies or runs beside another."""
    monkeypatch.setattr(asking, "CHUNK", 7)
    with engine.begin() as connection:
        for _ in range(60):
            member_with(connection, clock, 100)
    plan_all(engine, NOVEMBER, clock)
    settings = replace(settings, release_below=10**6)
    turn(engine, settings, clock)
    first = schedule.tick(engine, settings, lambda _month: True, SIGNER, clock)
    assert next(first) == 7
    first.close()  # killed here
    askers = [threading.Thread(target=turn, args=(engine, settings, clock)) for _ in range(3)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    asked = [one["data"]["payout_id"] for one in events(engine, "payout.requested")]
    assert (len(asked), len(set(asked))) == (60, 60)


def test_a_paused_run_begins_nothing_more_and_goes_on_when_resumed(
    world: World, settings: Settings
) -> None:
    payout = world.reserved(points=300)
    client = build(settings, world.engine, world.clock).test_client()
    path = f"/runs/{payout.run_month}"
    paused = client.post(f"{path}/pause", json=WHY, headers=CLERK).get_json()
    assert (paused["state"], paused["acts"][0]["reason"]) == ("paused", WHY["reason"])
    assert client.post(f"{path}/pause", json=WHY, headers=CLERK).status_code == 200
    world.work()
    assert world.payout(payout.payout_id).state == "reserved"
    assert client.post(f"{path}/resume", json=WHY, headers=CLERK).status_code == 200
    world.work()
    assert world.payout(payout.payout_id).state == "completed"


def test_a_cancelled_run_gives_back_what_had_not_begun(
    client: FlaskClient, engine: Engine, settings: Settings, clock: SteppedClock, plan_hash: str
) -> None:
    """What was only planned was never asked for; what was reserved is free again; all end."""
    do(client, "release", clerk="boris", plan_hash=plan_hash)
    with engine.begin() as connection:
        run = runs.lock(connection, MONTH)
        assert run is not None
    turn(engine, settings, clock)
    some, *others = of_run(engine)
    with engine.begin() as connection:
        hear_points(connection, "reserved", some, clock)
    assert do(client, "cancel", **WHY).get_json()["state"] == "cancelled"
    assert_problem(do(client, "resume", **WHY), 409, "illegal_act")
    turn(engine, settings, clock)
    with engine.begin() as connection:  # their answers were on the way
        for one in others:
            hear_points(connection, "reserved", one, clock)
    turn(engine, settings, clock)
    assert states(engine) == {"declined"}
    assert {one["data"]["reason"] for one in events(engine, "payout.declined")} == {"run_cancelled"}
    hear_all(engine, "released", clock)
    for _ in range(2):
        turn(engine, settings, clock)
    told = client.get(f"/runs/{MONTH}", headers=CLERK).get_json()
    assert (told["state"], told["progress"]["open"]) == ("cancelled", 0)
    assert told["ended_at"] is not None


def test_a_run_cancelled_before_its_release_ends_at_once(
    client: FlaskClient, engine: Engine, settings: Settings, clock: SteppedClock, plan_hash: str
) -> None:
    do(client, "cancel", **WHY)
    refused = do(client, "release", clerk="boris", plan_hash=plan_hash)
    assert_problem(refused, 409, "illegal_act")
    for _ in range(2):
        turn(engine, settings, clock)
    assert (states(engine), events(engine, "payout.requested")) == ({"cancelled"}, [])
    signed = client.get(f"/runs/{MONTH}/manifest", headers=CLERK).get_json()
    assert signed["manifest"]["state"] == "cancelled"


WRONG: list[tuple[str, dict[str, str], str]] = [
    ("release", {"clerk": "boris"}, "plan_hash"),
    ("release", {"clerk": "boris", "plan_hash": "12"}, "plan_hash"),
    ("release", {"plan_hash": START}, "clerk"),
    ("pause", {"clerk": "vera"}, "reason"),
    ("cancel", {"clerk": "vera", "reason": ""}, "reason"),
    ("resume", {"clerk": "Vera Vera", "reason": "x"}, "clerk"),
]


@pytest.mark.parametrize(("what", "sent", "field"), WRONG)
def test_an_act_that_is_not_whole_is_refused(
    client: FlaskClient, plan_hash: str, what: str, sent: dict[str, str], field: str
) -> None:
    assert_problem(do(client, what, **sent), 422, "invalid_fields", field)
    told = client.get(f"/runs/{MONTH}", headers=CLERK).get_json()
    assert (told["state"], told["plan_hash"]) == ("planned", plan_hash)


def test_acts_are_for_clerks_and_for_runs_that_exist(client: FlaskClient) -> None:
    for what in ("release", "pause", "resume", "cancel"):
        sent = {"clerk": "vera", "plan_hash": START} if what == "release" else WHY
        assert_problem(do(client, what, **sent), 404, "unknown_run")
        refused = client.post(f"/runs/{MONTH}/{what}", json=sent, headers=SERVICE)
        assert_problem(refused, 401, "not_allowed")
    for what in ("review", "manifest"):
        assert_problem(client.get(f"/runs/{MONTH}/{what}", headers=CLERK), 404, "unknown_run")
