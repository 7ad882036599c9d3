"""The command line as a script uses it: real processes, JSON, exit codes."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from deploy.demo.actors import Member, Shop
from deploy.demo.calls import ask
from tests.support.command_line import cashback, cashback_json
from tests.support.stack import RunningStack
from tests.support.waiting import eventually

pytestmark = pytest.mark.xdist_group("stack")


def test_stack_status_tells_a_script_where_everything_is(stack: RunningStack) -> None:
    status = cashback_json(stack, "stack", "status")
    assert all(one["url"] and one["pids"] for one in status["services"].values())
    assert set(status["sandbox"]) == {"operator_billing", "gateway", "networks", "partner_shop"}
    assert {"dsn", "pids"} <= set(status["servers"]["postgres"])
    assert [set(one) >= {"id", "phone", "cookie"} for one in status["demo"]["members"]] == [
        True
    ] * 3
    assert all(set(one) >= {"id", "key", "secret", "stores"} for one in status["demo"]["partners"])


def test_a_receipt_shows_the_verdict_and_the_request(stack: RunningStack) -> None:
    person = stack.new_members()[0]
    buyer = Member(stack.system, "Member 1", person["id"], person["phone"], person["cookie"])
    order = Shop(stack.system).sell("booking", buyer.go_to("booking"), 100_00)
    (receipt_id,) = eventually(lambda: _receipts_of(stack, order), seconds=60)
    receipt = cashback_json(stack, "postbacks", "receipt", receipt_id)
    assert (receipt["verdict"], receipt["partner_id"]) == ("accepted", "travel-desk")
    assert order in receipt["request"]["body"]
    listed = cashback_json(
        stack, "postbacks", "list", "--verdict", "accepted", "--partner", "travel-desk"
    )
    assert receipt_id in [one["receipt_id"] for one in listed]
    assert {one["partner_id"] for one in listed} == {"travel-desk"}
    shown = cashback(stack, "postbacks", "receipt", receipt_id).stdout
    assert shown.index("accepted") < shown.index("travel-desk") < shown.index('"order_id"')
    assert shown.count(order) == 1


def test_what_is_held_is_listed_and_refused_with_a_reason(stack: RunningStack) -> None:
    order = Shop(stack.system).sell("booking", "a click that was cut", 100_00)
    asked = ("held", "list", "--code", "unknown_click", "--partner", "travel-desk")

    def waiting() -> list[dict[str, Any]]:
        return [one for one in cashback_json(stack, *asked) if one["order_id"] == order]

    (one,) = eventually(waiting, seconds=60)
    assert one["amount"] == {"amount_minor": 100_00, "currency": "RUB"}
    decided = ("--clerk", "anna", "--reason", "nobody's")
    released = cashback(stack, "held", "release", one["receipt_id"], *decided)
    assert released.returncode == 1
    assert one["what_to_do"] in released.stderr
    refused = cashback_json(stack, "held", "refuse", one["receipt_id"], *decided)
    assert (refused["code"], refused["detail"]) == ("refused_by_clerk", "nobody's")
    again = cashback(stack, "held", "refuse", one["receipt_id"], *decided)
    assert (again.returncode, waiting()) == (1, [])
    assert order not in cashback(stack, "held", "list").stdout


def test_an_unknown_receipt_is_an_error(stack: RunningStack) -> None:
    done = cashback(stack, "postbacks", "receipt", "00000000-0000-0000-0000-000000000000")
    assert done.returncode == 1
    assert "Error" in done.stderr


def test_a_run_is_previewed_released_and_signed_by_command(
    stack: RunningStack, tmp_path: Path
) -> None:
    month = stack.new_month()
    # A run that pays nobody releases itself.
    _somebody_has_points(stack, month)
    before = cashback_json(stack, "payout", "run", "--month", month, "--dry-run")
    assert before["state"] == "preview"
    assert cashback(stack, "payout", "run", "--month", month).returncode == 2  # whoever asks?
    cashback_json(stack, "payout", "run", "--month", month, "--clerk", "anna", "--yes")
    waiting = cashback(stack, "payout", "run", "--month", month, "--dry-run").stdout
    assert "waits for its release" in waiting.replace("\n", " ")
    assert cashback_json(stack, "payout", "show", "--month", month)["state"] == "planned"
    runs = {run["month"]: run for run in cashback_json(stack, "payout", "list")}
    assert runs[month]["state"] == "planned"
    assert month in cashback(stack, "payout", "list").stdout
    released = cashback(stack, "payout", "release", "--month", month, "--clerk", "boris", say="y\n")
    assert "To be released" in released.stdout
    cashback_json(stack, "payout", "run", "--month", month, "--clerk", "anna")
    signed = tmp_path / "signed"
    assert (
        cashback(stack, "payout", "manifest", "--month", month, "--into", str(signed)).returncode
        == 0
    )
    assert cashback(stack, "payout", "check-manifest", str(signed)).returncode == 0
    listed = signed / "payouts.csv"
    listed.write_text(listed.read_text() + "another,member,goal,top_up,1\n")
    broken = cashback(stack, "payout", "check-manifest", str(signed))
    assert (broken.returncode, "BROKEN payouts" in broken.stdout) == (1, True)
    preview = cashback_json(stack, "payout", "run", "--month", month, "--dry-run")
    assert (preview["totals"], preview["run"]["state"]) == ({}, "finished")
    assert "nothing would be added" in preview["note"]


def test_a_parked_message_is_looked_for_before_it_is_asked_about(stack: RunningStack) -> None:
    done = cashback(stack, "parked", "discard", "00000000-0000-0000-0000-000000000000")
    assert (done.returncode, done.stdout) == (1, "")


def test_sign_in_links_are_made_when_they_are_shown(stack: RunningStack) -> None:
    assert "enter/link" not in json.dumps(cashback_json(stack, "stack", "status"))
    first, second = (cashback(stack, "stack", "status").stdout for _ in range(2))
    links = re.findall(r"http\S+/enter/link/\S+", first + second)
    assert len(set(links)) == 6


def test_a_wrong_month_is_refused_in_one_sentence(stack: RunningStack) -> None:
    done = cashback(stack, "payout", "run", "--month", "2026-13")
    assert done.returncode == 2
    assert "2026-13" in done.stderr


def test_a_script_that_slips_into_a_far_month_is_not_taken_at_its_word(stack: RunningStack) -> None:
    """What would break it: a month is run once, so a typo in a schedule would use it up."""
    far = f"{datetime.now(UTC).year + 1}-12"
    done = cashback(stack, "payout", "run", "--month", far, "--clerk", "anna")
    assert (done.returncode, "months away" in done.stderr, "--yes" in done.stderr) == (
        2,
        True,
        True,
    )
    assert far not in cashback(stack, "payout", "list").stdout


def test_nothing_is_parked_and_verify_is_true(stack: RunningStack) -> None:
    assert cashback_json(stack, "parked", "list") == []
    verdict = cashback_json(stack, "verify")
    assert verdict["holds"]
    assert len(verdict["checks"]) >= 8


def test_events_can_be_sent_again_without_changing_anything(stack: RunningStack) -> None:
    assert cashback(stack, "events", "republish", "--since", "2026-01-01").returncode == 0
    assert cashback_json(stack, "verify")["holds"]


def test_without_a_stack_the_exit_code_says_so(stack: RunningStack) -> None:
    nowhere = RunningStack(stack.folder / "nowhere", stack.system)
    done = cashback(nowhere, "verify")
    assert done.returncode == 3
    assert "cashback stack up" in done.stderr


def _receipts_of(stack: RunningStack, order: str) -> list[str]:
    told = ask(stack.system.clerk("partner_shop"), f"/api/orders/{order}")
    answers = [one["answer"] for one in told["deliveries"] if one["answer"]]
    return [answer["receipt_id"] for answer in answers]


def _somebody_has_points(stack: RunningStack, month: str) -> None:
    given = {
        "command_id": str(uuid4()),
        "member_id": stack.new_members()[0]["id"],
        "kind": "credit",
        "amount": 150,
        "clerk": "anna",
        "reason": "points for a run",
    }
    desk = stack.system.clerk("bonus_status")
    eventually(lambda: desk.post("/corrections", json=given, repeatable=True).ok, seconds=60)
    dry = ("payout", "run", "--month", month, "--dry-run")
    eventually(lambda: cashback_json(stack, *dry)["totals"], seconds=60, every=1)
