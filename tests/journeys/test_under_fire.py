"""INVARIANT: a run of 2 000 payouts pays each ruble once, whatever is killed or lost meanwhile.

One in five of the operator's answers is lost, one in twenty top-ups is taken back later, workers,
bonus_status and the operator's own server are killed at random moments, Kafka and PostgreSQL are
restarted once each. At the end each member's points and each phone's top-ups agree to the ruble.
It is the last of the journeys: a stack with 2 000 members more has everything else take longer.
"""

import random
import secrets
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

import psycopg
import pytest

from deploy.demo.actors import Clerk
from deploy.demo.calls import ask, send
from tests.support.command_line import cashback_json
from tests.support.stack import RunningStack
from tests.support.waiting import eventually as soon

pytestmark = pytest.mark.xdist_group("stack")

PAYOUTS = 2_000
_KILLED = (
    "payout.execute",
    "payout.consume",
    "payout.relay",
    "payout.schedule",
    "bonus_status.consume",
    "bonus_status.relay",
    "sandbox.operator_billing",
)
_PAGE = 1_000
_HANDS = 8
_ACCOUNTS = """
SELECT member_id::text, accrued, reserved, written_off, debt FROM bonus_status.accounts
WHERE member_id = ANY(%s::uuid[])
"""
eventually = partial(soon, seconds=240, every=1.0)


@dataclass(frozen=True)
class Saver:
    """A member with a phone and points to spend."""

    member_id: str
    phone: str
    points: int


def test_a_run_under_fire_pays_each_ruble_once(stack: RunningStack) -> None:
    """What would break it: a call inside a transaction, a repeated top-up, a release not kept."""
    savers = _savers(stack)
    billing = stack.system.clerk("operator_billing")
    send(billing, "PUT", "/faults", {"mode": "no_answer", "share": 0.2})
    send(billing, "PUT", "/faults", {"mode": "reversed_later", "share": 0.05, "seconds": 3})
    month, clerk = stack.new_month(), Clerk(stack.system)
    stack.run_month(month)
    seed = secrets.randbelow(10**6)
    _set_fire(stack, month, random.Random(seed))
    send(billing, "PUT", "/faults", {"mode": "accepted", "share": 0.01, "seconds": 1})
    eventually(lambda: _finished(clerk, month), what=f"the run finishes (seed {seed})")
    billing.call("DELETE", "/faults")
    eventually(lambda: _agree(stack, savers), what=f"points and phones agree (seed {seed})")
    assert cashback_json(stack, "verify")["holds"], seed


def _savers(stack: RunningStack) -> list[Saver]:
    first = 1_000_000 + secrets.randbelow(8_000_000)

    def make(place: int) -> Saver:
        phone, points = f"+7900{first + place:07d}", 100 + place % 400
        member = send(stack.system.clerk("members"), "POST", "/members", {"phone": phone})
        given = {
            "command_id": str(uuid4()),
            "member_id": member["member_id"],
            "kind": "credit",
            "amount": points,
            "clerk": "anna",
            "reason": "a run under fire",
        }
        desk = stack.system.clerk("bonus_status")
        soon(lambda: desk.post("/corrections", json=given, repeatable=True).ok, seconds=240)
        return Saver(member["member_id"], phone, points)

    with ThreadPoolExecutor(_HANDS) as hands:
        savers = list(hands.map(make, range(PAYOUTS)))
    # The run spends what payout has heard of by then.
    wanted = sum(one.points for one in savers)
    eventually(lambda: _heard(stack, savers) == wanted, what="payout hears of all points")
    return savers


def _set_fire(stack: RunningStack, month: str, chance: random.Random) -> None:
    """Kill one after the other, each server once in between, until most payouts have ended."""
    clerk, servers = Clerk(stack.system), ["kafka", "postgres"]
    for turn in range(12):
        threading.Event().wait(chance.uniform(0.2, 1.5))
        if turn in {3, 7}:
            stack.restart(servers.pop())
            continue
        name = chance.choice(_KILLED)
        stack.kill(name)
        stack.start(name)
        if not servers and _ended(clerk, month) > PAYOUTS * 0.9:
            return


def _ended(clerk: Clerk, month: str) -> int:
    return int((clerk.run_of(month) or {})["progress"]["ended"])


def _finished(clerk: Clerk, month: str) -> bool:
    return (clerk.run_of(month) or {}).get("state") == "finished"


def _heard(stack: RunningStack, savers: list[Saver]) -> int:
    query = "SELECT sum(available)::bigint FROM payout.accruals WHERE member_id = ANY(%s::uuid[])"
    with psycopg.connect(stack.system.auditor_dsn) as auditor:
        row = auditor.execute(query, ([one.member_id for one in savers],)).fetchone()
    return int(row[0] or 0) if row else 0


def _agree(stack: RunningStack, savers: list[Saver]) -> bool:
    """Each phone has its points once; what was taken back is accrued again, the rest is spent."""
    topped_up = Counter[str]()
    times = Counter[str]()
    for one in Clerk(stack.system).statement():
        topped_up[one["phone"]] += one["amount_rubles"]
        times[one["phone"]] += 1
    taken_back = {one["phone"] for one in _all(stack, "/reversals", "reversal")}
    with psycopg.connect(stack.system.auditor_dsn) as auditor:
        rows = auditor.execute(_ACCOUNTS, ([one.member_id for one in savers],)).fetchall()
    accounts = {row[0]: row[1:] for row in rows}
    for one in savers:
        assert (times[one.phone], topped_up[one.phone]) == (1, one.points)
        spent = 0 if one.phone in taken_back else one.points
        assert accounts[one.member_id] == (one.points - spent, 0, spent, 0)
    return True


def _all(stack: RunningStack, path: str, number: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    after, more = 0, True
    while more:
        page = ask(
            stack.system.clerk("operator_billing"), path, params={"after": after, "limit": _PAGE}
        )
        found += page["data"]
        more = page["has_more"]
        after = page["data"][-1][number] if page["data"] else after
    return found
