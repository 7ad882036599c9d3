"""Runs side by side, and the payouts of one member, for clerks."""

from uuid import UUID, uuid4

from sqlalchemy import Engine

from services.payout.api.app import build
from services.payout.config import Settings
from shared.months import read_month
from tests.integration.payout.callers import CLERK, SERVICE
from tests.integration.payout.given import hear_bonus, hear_member, run_all
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
