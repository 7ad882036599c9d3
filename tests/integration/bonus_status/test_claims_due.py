"""What claims do by themselves: open when a promise is broken, settle, remind of deadlines."""

import json
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.integration.bonus_status.claiming import LATE, Claims
from tests.integration.bonus_status.desk import Desk
from tests.support import bonuses
from tests.support.waiting import eventually

BONUSES, KILLS = 600, 4
JOB = """
import sys
from datetime import datetime
from services.bonus_status.work import claims
from shared.database import connect

claims._BATCH = 20
job = claims.DueClaims(connect(sys.argv[1]), lambda: datetime.fromisoformat(sys.argv[2]))
while job.work():
    pass
"""


@pytest.fixture
def claims(desk: Desk) -> Claims:
    return Claims(desk)


def open_claims(claims: Claims) -> list[dict[str, object]]:
    return claims.clerk(f"/claims?store_id={claims.desk.store_id}&limit=100")


def test_a_broken_promise_opens_a_claim_once(claims: Claims) -> None:
    order = claims.order()
    bonus_id = claims.reported(order)
    claims.works()
    assert open_claims(claims) == []
    claims.later()
    claims.works()
    claims.works()
    (claim,) = open_claims(claims)
    assert (claim["opened_by"], claim["bonus_id"]) == ("itself", bonus_id)
    assert (claim["order_id"], claim["amount_minor"]) == (order["order_id"], 109_900)
    (reminder,) = claims.clerk("/reminders?limit=100")
    assert (reminder["deadline"], reminder["bonus_id"]) == ("promise", bonus_id)
    assert reminder["due_at"] == "2027-01-07T12:00:00Z"
    assert len(claims.said(str(claim["claim_id"]))) == 1


def test_a_promise_for_an_order_of_which_nothing_was_paid_is_claimed_too(claims: Claims) -> None:
    """What would break it: a sum that the contract, or the table, takes for none."""
    claims.reported(claims.order(), paid_minor=0)
    claims.later()
    claims.works()
    (claim,) = open_claims(claims)
    assert claim["amount_minor"] == 0


def test_an_order_of_several_lines_is_one_claim(claims: Claims) -> None:
    order = claims.order()
    for _ in range(3):
        claims.reported(order)
    claims.later()
    claims.works()
    assert len(open_claims(claims)) == 1


def test_a_kept_promise_opens_none(claims: Claims) -> None:
    claims.reported(claims.order(), status="approved")
    claims.reported(claims.order(), status="declined")
    claims.later()
    claims.works()
    assert open_claims(claims) == []


def test_a_members_own_claim_stands_for_it(claims: Claims) -> None:
    order = claims.order()
    claims.reported(order)
    claims.later()
    assert claims.post(order).status_code == 201
    claims.works()
    (claim,) = open_claims(claims)
    assert claim["opened_by"] == "member"


def test_what_was_withdrawn_is_not_opened_again(claims: Claims) -> None:
    claims.reported(claims.order())
    claims.later()
    claims.works()
    (claim,) = open_claims(claims)
    claims.client.post(f"/me/claims/{claim['claim_id']}/withdraw")
    claims.works()
    assert [one["state"] for one in open_claims(claims)] == ["withdrawn"]


@pytest.mark.parametrize("status", ["approved", "declined"])
def test_a_store_that_decides_after_all_settles_it(claims: Claims, status: str) -> None:
    order = claims.order()
    bonus_id = claims.reported(order)
    claims.later()
    claims.works()
    claims.desk.hear(claims.desk.conversion(bonus_id, order_id=order["order_id"], status=status))
    claims.works()
    (claim,) = open_claims(claims)
    assert claim["state"] == "settled"
    assert claims.clerk("/reminders?limit=100") == []


def test_a_store_that_reports_after_all_settles_a_members_claim(claims: Claims) -> None:
    claim = claims.opened()
    said = {"order_id": claim["order_id"], "ordered_at": claim["ordered_at"]}
    conversion_id = bonuses.new_id()
    claims.desk.hear(claims.desk.conversion(conversion_id, **said))
    claims.works()
    assert claims.seen(claim["claim_id"])["state"] == "opened"
    claims.desk.hear(claims.desk.conversion(conversion_id, status="approved", **said))
    claims.works()
    settled = claims.seen(claim["claim_id"])
    assert settled["state"] == "settled"
    assert [one["status"] for one in settled["bonuses"]] == ["accrued"]


def test_reminders_follow_the_deadlines_and_end_with_the_claim(claims: Claims) -> None:
    sent = claims.done("send", claims.opened())
    claims.works()
    assert claims.clerk("/reminders?limit=100") == []
    claims.later(timedelta(days=30))
    claims.works()
    claims.works()
    assert [one["deadline"] for one in claims.clerk("/reminders?limit=100")] == ["partner"]
    answered = claims.done("answer", sent, partner_answer="denied")
    assert claims.clerk("/reminders?limit=100") == []
    claims.later(timedelta(days=15))
    claims.works()
    assert [one["deadline"] for one in claims.clerk("/reminders?limit=100")] == ["answer"]
    claims.done("refuse", answered, reason="no")
    claims.works()
    assert claims.clerk("/reminders?limit=100") == []
    done = claims.clerk("/reminders?done=true&limit=100")
    assert [one["deadline"] for one in done] == ["partner", "answer"]


def test_a_job_that_is_killed_has_opened_each_claim_once(
    fresh_desk: Desk, fresh_service_url: Callable[[str], str]
) -> None:
    """INVARIANT: what would break it: claims, steps, events and reminders in other transactions."""
    claims = Claims(fresh_desk)
    orders = [claims.order() for _ in range(BONUSES)]
    said = [
        fresh_desk.conversion(
            bonuses.new_id(), order_id=one["order_id"], ordered_at=one["ordered_at"]
        )
        for one in orders
    ]
    fresh_desk.hear(*said)
    now = (fresh_desk.clock() + LATE).isoformat()
    command = [sys.executable, "-c", JOB, fresh_service_url("bonus_status"), now]
    chance = random.Random(7)
    counted = "SELECT count(*) AS n FROM claims"
    for _ in range(KILLS):
        before = fresh_desk.rows(counted)[0]["n"]
        # Two at once: neither may open what the other opens.
        jobs = [subprocess.Popen(command) for _ in range(2)]
        wanted = before + chance.randint(1, 80)
        eventually(lambda n=wanted: fresh_desk.rows(counted)[0]["n"] >= n, seconds=60)
        for job in jobs:
            job.kill()
            job.wait()
    assert 0 < fresh_desk.rows(counted)[0]["n"] < BONUSES
    assert subprocess.run(command, check=False, timeout=120).returncode == 0
    rows = fresh_desk.rows("""
        SELECT (SELECT count(*) FROM claims) AS claims,
               (SELECT count(DISTINCT order_id) FROM claims) AS orders,
               (SELECT count(*) FROM claim_steps) AS steps,
               (SELECT count(*) FROM event_log WHERE topic = 'claims') AS events,
               (SELECT count(*) FROM reminders) AS reminders
    """)
    assert json.loads(json.dumps(dict(rows[0]))) == dict.fromkeys(rows[0], BONUSES)
