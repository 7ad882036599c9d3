"""What a clerk mends by the command line: a payout that is held, a message that did not arrive."""

import json
from functools import partial

import pytest

from deploy.demo.actors import Member, Shop
from deploy.demo.calls import call, send
from tests.support.command_line import cashback, cashback_json
from tests.support.stack import RunningStack
from tests.support.waiting import eventually as soon

pytestmark = pytest.mark.xdist_group("stack")
eventually = partial(soon, seconds=60)


@pytest.fixture
def refused(stack: RunningStack) -> Member:
    """A member with 300 points, whose phone neither the billing nor the gateway will serve."""
    person = stack.new_members()[0]
    member = Member(stack.system, "Member 1", person["id"], person["phone"], person["cookie"])
    for part in ("operator_billing", "gateway"):
        fault = {"mode": "refused", "phone": member.phone}
        send(stack.system.clerk(part), "PUT", "/faults", fault)
    shop = Shop(stack.system)
    order = shop.sell("perekrestok", member.go_to("perekrestok"), 2_000_00)
    eventually(lambda: shop.verdicts(order) == ["accepted"])
    shop.does("approve", order)
    eventually(lambda: member.balance()["accrued"] == 300)
    return member


def test_a_held_payout_is_given_up(stack: RunningStack, refused: Member) -> None:
    month = stack.new_month()
    begun = cashback_json(stack, "payout", "run", "--month", month, "--clerk", "anna", "--yes")
    assert begun["state"] == "planned"
    release = ("payout", "release", "--month", month, "--yes", "--json", "--clerk")
    refused_to = cashback(stack, *release, "anna")
    assert (refused_to.returncode, "same_person" in refused_to.stderr) == (1, True)
    run = cashback(stack, *release, "boris")
    assert run.returncode == 1, run.stderr
    assert json.loads(run.stdout)["progress"]["held"] == 1

    def held() -> list[str]:
        found = cashback_json(stack, "payout", "held")["payouts"]
        return [one["payout_id"] for one in found if one["member_id"] == refused.member_id]

    [payout_id] = held()
    assert cashback_json(stack, "payout", "ask-again", payout_id)["state"] == "unknown"
    assert eventually(held) == [payout_id]  # he was asked, it was sent again, and refused again
    give_up = (
        "payout",
        "give-up",
        payout_id,
        "--clerk",
        "anna",
        "--reason",
        "the operator refuses it",
    )
    done = eventually(lambda: (one := cashback(stack, *give_up)).returncode == 0 and one)
    assert (
        done.stdout.split() == f"{payout_id} is declined: given up by anna: {give_up[-1]}".split()
    )
    eventually(lambda: refused.balance()["accrued"] == 300)
    again = cashback(stack, *give_up)
    assert (again.returncode, "cannot_give_up" in again.stderr) == (1, True)
    assert cashback(stack, *give_up[:3]).returncode == 2
    _heal(stack)
    assert cashback_json(stack, "verify")["holds"]


def test_a_message_that_did_not_arrive_is_sent_again(stack: RunningStack, refused: Member) -> None:
    def failed() -> list[str]:
        found = cashback_json(stack, "messages", "list", "--failed")
        return [one["message_id"] for one in found if one["member_id"] == refused.member_id]

    [message_id] = eventually(failed)
    assert refused.text_messages() == []
    _heal(stack)
    done = cashback(stack, "messages", "send-again", message_id)
    assert (done.returncode, message_id in done.stdout) == (0, True)
    eventually(lambda: len(refused.text_messages()) == 1)
    assert failed() == []
    [told] = cashback_json(stack, "messages", "list", "--member", refused.member_id)
    assert (told["message_id"], told["state"]) == (message_id, "sent")
    again = cashback(stack, "messages", "send-again", message_id)
    assert (again.returncode, "cannot_send_again" in again.stderr) == (1, True)
    assert cashback(stack, "messages", "list").returncode == 2


def _heal(stack: RunningStack) -> None:
    for part in ("operator_billing", "gateway"):
        call(stack.system.clerk(part), "DELETE", "/faults")
