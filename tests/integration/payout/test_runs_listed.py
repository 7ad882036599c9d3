"""Runs side by side, and the payouts of one member, for clerks."""

from uuid import UUID, uuid4

from sqlalchemy import Engine

from services.payout.api.app import build
from services.payout.config import Settings
from services.payout.domain import Kind
from services.payout.goals import Wish
from shared.months import read_month
from tests.integration.payout.callers import CLERK, SERVICE, sign_in
from tests.integration.payout.given import hear_bonus, hear_member, member_with, run_all
from tests.support.clock import SteppedClock


def test_a_run_stands_in_the_list_and_its_payout_with_its_member(
    settings: Settings, engine: Engine, clock: SteppedClock
) -> None:
    member_id: UUID = uuid4()
    with engine.begin() as connection:
        hear_member(connection, member_id, clock)
        hear_bonus(connection, member_id, 734, clock)
    client = build(settings, engine, clock).test_client()
    begun = client.post("/runs", json={"month": "2026-12", "clerk": "anna"}, headers=CLERK)
    assert begun.status_code == 200, begun.text
    run_all(engine, read_month("2026-12"), clock)
    [run] = client.get("/runs", headers=CLERK).get_json()["data"]
    assert (run["month"], run["begun_by"], run["points"]) == ("2026-12", "anna", 734)
    assert (run["paid_payouts"], run["paid_points"]) == (0, 0)
    [payout] = client.get(f"/members/{member_id}/payouts", headers=CLERK).get_json()["data"]
    assert (payout["amount"], payout["run_month"]) == (734, "2026-12")
    for path in ("/runs", f"/members/{member_id}/payouts"):
        assert client.get(path, headers=SERVICE).status_code == 401


def test_a_member_reads_his_own_payouts_page_by_page_and_nobody_elses(
    settings: Settings, engine: Engine, clock: SteppedClock
) -> None:
    with engine.begin() as connection:
        goals = (Wish(Kind.CERTIFICATE, target=500), Wish(Kind.TOP_UP))
        mine, other = (member_with(connection, clock, 700, *goals) for _ in range(2))
    run_all(engine, read_month("2026-12"), clock)
    client = build(settings, engine, clock).test_client()
    assert client.get("/me/payouts").status_code == 401
    sign_in(client, mine, clock)
    whole = client.get("/me/payouts").get_json()
    first = client.get("/me/payouts?limit=1").get_json()
    second = client.get(f"/me/payouts?limit=1&after={first['next']}").get_json()
    assert {(one["kind"], one["amount"]) for one in whole["data"]} == {
        ("certificate", 500),
        ("top_up", 200),
    }
    assert (first["data"] + second["data"], second["next"]) == (whole["data"], None)
    assert not {"reason", "attempts", "next_at", "member_id"} & whole["data"][0].keys()
    sign_in(client, other, clock)
    strange = client.get(f"/me/payouts?after={first['next']}").get_json()
    assert strange == {"data": [], "next": None}
