"""A claim through all processes and the command line: sent, accepted, paid once, told by SMS."""

import io

import pytest
from rich.console import Console

from deploy.demo import claims, story
from deploy.demo.narrator import Narrator
from tests.support.command_line import cashback, cashback_json
from tests.support.stack import RunningStack
from tests.support.waiting import eventually

pytestmark = pytest.mark.xdist_group("stack")


def test_a_claim_goes_the_whole_way_and_its_member_is_told(stack: RunningStack) -> None:
    narrator = Narrator(Console(file=io.StringIO()))
    scene = story.scene_of(stack.system, narrator, stack.new_members())
    claims.tell(scene)
    assert narrator.broken == []
    # In the member's own language; the third of them writes Ukrainian.
    eventually(lambda: any("прийнято" in one for one in scene.third.text_messages()), seconds=60)
    [accepted] = [
        one
        for one in cashback_json(stack, "claims", "list", "--state", "accepted")
        if one["member_id"] == scene.third.member_id
    ]
    shown = cashback_json(stack, "claims", "show", accepted["claim_id"])
    assert [one["what"] for one in shown["steps"]] == [
        "opened", "file", "sent", "answered", "accepted",
    ]  # fmt: skip
    assert shown["changed_by"] == "clerk-1"
    assert cashback_json(stack, "verify")["holds"]


def test_a_clerk_does_it_all_by_command_and_the_second_one_is_told(stack: RunningStack) -> None:
    narrator = Narrator(Console(file=io.StringIO()))
    scene = story.scene_of(stack.system, narrator, stack.new_members())
    claim_id = claims.open_claim(scene)
    who = ("--clerk", "anna")
    sent = cashback_json(stack, "claims", "send", claim_id, *who)
    answered = cashback_json(
        stack, "claims", "answer", claim_id, "denied", *who, "--text", "No such order"
    )
    assert answered["state"] == "answered"
    denied = cashback(stack, "claims", "accept", claim_id, *who, "--reason", "all the same")
    assert (denied.returncode, "partner_denied" in denied.stderr) == (1, True)
    reason = ("--reason", "The store knows no such order")
    refused = cashback(stack, "claims", "refuse", claim_id, *who, *reason)
    assert (refused.returncode, "refused by anna" in refused.stdout) == (0, True)
    seen = ("--version", str(sent["version"]))
    late = cashback(stack, "claims", "refuse", claim_id, "--clerk", "boris", *reason, *seen)
    assert late.returncode == 1
    assert "by anna" in late.stderr
    eventually(lambda: any("відхилено" in one for one in scene.third.text_messages()), seconds=60)


def test_nothing_is_late_and_no_ratio_is_broken_on_a_young_stack(stack: RunningStack) -> None:
    assert cashback_json(stack, "claims", "list", "--overdue") == []
    assert cashback_json(stack, "alarms") == []
    assert "No store's ratio is broken." in cashback(stack, "alarms").stdout
    assert cashback(stack, "claims", "reminders").returncode == 0
