"""The run of the month over HTTP: preview, begin, watch, and the certificates it issues."""

import re
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from services.payout import certificates
from services.payout.api.app import build
from services.payout.certificates import CodeBook
from services.payout.config import Settings
from services.payout.store import payouts, runs
from shared.months import read_month
from shared.parked import Message, discard, park
from tests.integration.payout.callers import CLERK, SERVICE, assert_problem, sign_in
from tests.integration.payout.given import hear_bonus, hear_member, hear_points, run_all
from tests.support.clock import SteppedClock

DECEMBER = {"month": "2026-12", "clerk": "anna"}


@pytest.fixture
def client(settings: Settings, engine: Engine, clock: SteppedClock) -> FlaskClient:
    return build(settings, engine, clock).test_client()


@pytest.fixture
def member_id(engine: Engine, clock: SteppedClock) -> UUID:
    """A member with 734 points."""
    member_id = uuid4()
    with engine.begin() as connection:
        hear_member(connection, member_id, clock)
        hear_bonus(connection, member_id, 734, clock)
    return member_id


@pytest.mark.usefixtures("member_id")
def test_a_preview_tells_totals_and_begins_nothing(client: FlaskClient) -> None:
    answer = client.post("/runs", json={"month": "2026-12", "dry_run": True}, headers=CLERK)
    told = answer.get_json()
    assert told["totals"] == {"top_up": {"payouts": 1, "amount": 734}}
    assert told["state"] == "preview"
    assert "2026-12" in told["note"]
    assert_problem(client.get("/runs/2026-12", headers=CLERK), 404, "unknown_run")


@pytest.mark.usefixtures("member_id")
def test_a_run_tells_how_far_it_has_come(
    client: FlaskClient, engine: Engine, clock: SteppedClock
) -> None:
    begun = client.post("/runs", json=DECEMBER, headers=CLERK).get_json()
    assert (begun["state"], begun["progress"]["payouts"]) == ("planning", 0)
    assert begun["cutoff_at"] == "2026-11-23T12:00:00Z"
    run_all(engine, read_month("2026-12"), clock)
    told = client.post("/runs", json=DECEMBER, headers=CLERK).get_json()
    assert (told["state"], told["progress"]["open"]) == ("released", 1)
    [payout] = client.get("/runs/2026-12/payouts", headers=CLERK).get_json()["data"]
    assert (payout["state"], payout["amount"]) == ("requested", 734)
    with engine.begin() as connection:
        found = payouts.find(connection, UUID(payout["payout_id"]))
        hear_points(connection, "refused", found, clock, reason="not_enough")
    told = client.get("/runs/2026-12", headers=CLERK).get_json()
    assert (told["progress"]["open"], told["progress"]["refused"]) == (0, 1)
    assert told["failures"] == {"not_enough": 1}


@pytest.mark.usefixtures("member_id")
def test_a_run_tells_how_much_it_could_not_hear(
    client: FlaskClient, engine: Engine, clock: SteppedClock
) -> None:
    """A parked bonus counts as read, so the run goes on: who is missing from it must be seen."""
    with engine.begin() as connection:
        for offset, topic in enumerate(["bonuses", "bonuses", "members"]):
            message = Message(topic, 0, offset, b"somebody", b"{}")
            given = {"aggregate_id": "somebody", "version": 7, "state": "parked", "reason": "?"}
            done = park(connection, message, now=clock(), **given)
        discard(connection, done)
    for dry_run in (True, False):
        asked = DECEMBER | {"dry_run": dry_run}
        told = client.post("/runs", json=asked, headers=CLERK).get_json()
        assert told["bonuses_parked"] == 2
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE parked SET state = 'applied'")
    told = client.get("/runs/2026-12", headers=CLERK).get_json()
    assert told["bonuses_parked"] == 0


def test_payouts_of_a_run_come_in_pages_and_by_state(
    client: FlaskClient, engine: Engine, clock: SteppedClock
) -> None:
    with engine.begin() as connection:
        for _ in range(5):
            hear_bonus(connection, uuid4(), 10, clock)
    run_all(engine, read_month("2026-11"), clock)
    seen: list[str] = []
    after = ""
    while after is not None:
        query = f"limit=2{after and '&after=' + after}"
        page = client.get(f"/runs/2026-11/payouts?{query}", headers=CLERK).get_json()
        seen += [one["payout_id"] for one in page["data"]]
        after = page["next"]
    assert len(seen) == len(set(seen)) == 5
    none = client.get("/runs/2026-11/payouts?state=settled", headers=CLERK).get_json()
    assert none == {"data": [], "next": None}


WRONG_RUNS: list[tuple[dict[str, object], str, str]] = [
    ({"month": "2026-13"}, "not_a_month", "month"),
    ({"month": "'; DROP TABLE runs"}, "not_a_month", "month"),
    ({"month": "2026-10"}, "month_over", "month"),
    ({"month": "2028-01"}, "month_too_far", "month"),
    ({"month": 202612}, "invalid_fields", "month"),
    ({"month": "2026-12"}, "invalid_fields", "clerk"),
    ({"month": "2026-12", "clerk": "Anna!"}, "invalid_fields", "clerk"),
    ({"month": "2026-12", "dry_run": "yes"}, "invalid_fields", "dry_run"),
    ({"month": "2026-12", "dry_run": 0}, "invalid_fields", "dry_run"),
    ({"dry_run": True}, "invalid_fields", "month"),
]


def test_a_run_that_cannot_be_is_refused(client: FlaskClient, engine: Engine) -> None:
    for body, code, field in WRONG_RUNS:
        sent = {"clerk": "anna"} | body if code != "invalid_fields" else body
        assert_problem(client.post("/runs", json=sent, headers=CLERK), 422, code, field)
    with engine.connect() as connection:
        assert runs.not_ended(connection) == []


def test_a_page_that_cannot_be_is_refused(client: FlaskClient) -> None:
    for query in ("limit=0", "limit=x", "after=1", "state=paid", "page=2"):
        answer = client.get(f"/runs/2026-11/payouts?{query}", headers=CLERK)
        assert_problem(answer, 422, "invalid_fields")


@pytest.mark.usefixtures("member_id")
def test_only_a_held_payout_is_asked_about_by_hand(
    client: FlaskClient, engine: Engine, clock: SteppedClock
) -> None:
    run_all(engine, read_month("2026-11"), clock)
    [payout] = client.get("/runs/2026-11/payouts", headers=CLERK).get_json()["data"]
    path = f"/payouts/{payout['payout_id']}"
    assert_problem(client.post(f"{path}/ask", headers=CLERK), 409, "cannot_ask")
    with engine.begin() as connection:
        for state in ("reserved", "sending", "held"):
            connection.exec_driver_sql(f"UPDATE payouts SET state = '{state}', reserved = amount")
    assert client.post(f"{path}/ask", headers=CLERK).get_json()["state"] == "unknown"
    assert client.get(path, headers=CLERK).get_json()["next_at"] == "2026-11-23T12:00:00Z"


def test_a_certificate_shows_its_code_to_a_service_alone(
    client: FlaskClient, engine: Engine, member_id: UUID, clock: SteppedClock
) -> None:
    sign_in(client, member_id, clock)
    client.put("/me/goals", json={"goals": [{"kind": "certificate", "target": 500}]})
    run_all(engine, read_month("2026-11"), clock)
    with engine.begin() as connection:
        [payout] = payouts.of_run(connection, "2026-11", state=None, after=runs.BEFORE_ALL, limit=2)
        hear_points(connection, "reserved", payout, clock)
        certificates.issue_reserved(connection, CodeBook([b"c" * 32]), clock())
    [mine] = client.get("/me/certificates").get_json()["data"]
    assert (mine["denomination"], mine["status"]) == (500, "issued")
    assert "code" not in mine
    shown = client.get(f"/certificates/{mine['certificate_id']}/code", headers=SERVICE)
    assert re.fullmatch(r"[2-9A-Y]{4}(-[2-9A-Y]{4}){3}", shown.get_json()["code"])
    assert shown.headers["Cache-Control"] == "no-store"
    sign_in(client, uuid4(), clock)
    assert client.get("/me/certificates").get_json() == {"data": []}


@pytest.mark.usefixtures("member_id")
def test_another_service_looks_one_payout_up_and_nothing_else(
    client: FlaskClient, engine: Engine, clock: SteppedClock
) -> None:
    client.post("/runs", json=DECEMBER, headers=CLERK)
    run_all(engine, read_month("2026-12"), clock)
    [payout] = client.get("/runs/2026-12/payouts", headers=CLERK).get_json()["data"]
    found = client.get(f"/payouts/{payout['payout_id']}", headers=SERVICE).get_json()
    assert (found["payout_id"], found["operator_reference"]) == (payout["payout_id"], None)
    assert_problem(client.get("/runs/2026-12", headers=SERVICE), 401, "not_allowed")
    assert_problem(client.get(f"/payouts/{payout['payout_id']}"), 401, "not_allowed")
