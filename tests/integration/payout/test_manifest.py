"""What a clerk looks at before a run is released, and the file that is signed once it has ended."""

import csv
import io
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from services.payout.api.app import build
from services.payout.config import Settings
from services.payout.monthly_run.manifest import link
from shared.months import read_month
from shared.signed import is_signed
from tests.integration.payout.callers import CLERK, assert_problem
from tests.integration.payout.given import member_with, plan_all, run_all
from tests.integration.payout.releasing import MONTH, NOVEMBER, START, do, hear_all, of_run, turn
from tests.support.clock import SteppedClock


@pytest.fixture
def client(settings: Settings, engine: Engine, clock: SteppedClock) -> FlaskClient:
    return build(settings, engine, clock).test_client()


def test_what_ended_is_signed_and_its_hash_can_be_computed_again(
    client: FlaskClient, engine: Engine, settings: Settings, clock: SteppedClock, plan_hash: str
) -> None:
    early = client.get(f"/runs/{MONTH}/manifest", headers=CLERK)
    assert_problem(early, 409, "not_ended")
    do(client, "release", clerk="boris", plan_hash=plan_hash)
    turn(engine, settings, clock)
    hear_all(engine, "refused", clock, reason="debt")
    for _ in range(2):
        turn(engine, settings, clock)
    signed = client.get(f"/runs/{MONTH}/manifest", headers=CLERK).get_json()
    keys = client.get("/runs/manifest-keys", headers=CLERK).get_json()["keys"]
    told = signed["manifest"]
    assert is_signed(told, signed["signature"], keys[signed["key_id"]])
    assert (told["state"], told["payouts"], told["points"]) == ("finished", 5, 1_300)
    assert {(one["state"], one["reason"]) for one in told["outcome"]} == {("refused", "debt")}
    folded = bytes(32)
    for one in sorted(of_run(engine), key=lambda one: (one.member_id, one.goal_id)):
        values = (one.payout_id, one.member_id, one.goal_id, one.kind, one.amount)
        row = io.StringIO()
        csv.writer(row, lineterminator="").writerow(values)
        folded = link(folded, row.getvalue())
    assert folded.hex() == told["plan_hash"] == plan_hash
    ask = text("""
        SELECT encode(plan_chain(concat_ws(',', payout_id, member_id, goal_id, kind, amount)
                                 ORDER BY member_id, goal_id), 'hex') FROM payouts
    """)
    with engine.connect() as connection:
        assert connection.scalar(ask) == plan_hash


def test_a_review_shows_totals_the_month_before_and_outliers(
    client: FlaskClient, engine: Engine, clock: SteppedClock, plan_hash: str
) -> None:
    run_all(engine, NOVEMBER, clock)
    with engine.begin() as connection:
        for _ in range(4):
            member_with(connection, clock, 90)
        rich = member_with(connection, clock, 5_000)
    later = read_month("2026-12")
    plan_all(engine, later, clock)
    told = client.get("/runs/2026-12/review", headers=CLERK).get_json()
    assert told["month_before"] == MONTH
    assert told["plan_hash"] not in {plan_hash, START}
    lines = {one["kind"]: one for one in told["lines"]}
    assert lines["top_up"]["now"] == {"payouts": 5, "points": 5_360}
    assert lines["top_up"]["difference"] == {"payouts": 1, "points": 4_560}
    assert lines["certificate"]["difference"] == {"payouts": -1, "points": -500}
    [outlier] = told["outliers"]
    assert UUID(outlier["member_id"]) == rich
    assert (outlier["amount"], outlier["median"]) == (5_000, 90)
