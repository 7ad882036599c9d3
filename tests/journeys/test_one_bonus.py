"""One bonus from click to payout, through every service, as people and partners would do it.

Read it beside the README's "Follow one bonus": each paragraph is one step there.
"""

from functools import partial

import pytest

from deploy.demo.actors import Clerk, Member, Shop
from deploy.demo.calls import ask
from tests.support.stack import RunningStack
from tests.support.waiting import eventually as soon

pytestmark = pytest.mark.xdist_group("stack")

# Each step crosses several processes, which may share two busy cores with other tests.
eventually = partial(soon, seconds=60)

STORE = "perekrestok"
PAID_RUBLES = 2_500


def test_a_purchase_becomes_a_topped_up_phone(stack: RunningStack) -> None:
    system, month = stack.system, stack.new_month()
    shop, clerk = Shop(system), Clerk(system)
    person = stack.new_members()[0]
    buyer = Member(system, "Member 1", person["id"], person["phone"], person["cookie"])
    points = PAID_RUBLES * clerk.rate_basis_points(STORE) // 10_000

    # click_tracking: the redirect carries a click id that proves who clicked what and when
    click_id = buyer.go_to(STORE)

    # partner_postback: the shop reports the purchase with a signed postback and gets a receipt
    order = shop.sell(STORE, click_id, PAID_RUBLES * 100)
    eventually(lambda: shop.verdicts(order) == ["accepted"], what="the report is accepted")

    # bonus_status: the conversion becomes a pending bonus, computed from the terms at the click
    eventually(lambda: buyer.balance()["pending"] == points, what="the bonus is pending")

    # the shop approves: the bonus is accrued
    shop.does("approve", order)
    eventually(lambda: buyer.balance()["accrued"] == points, what="the bonus is accrued")

    # payout: the run of the month, released by a second clerk, tops up the phone
    buyer.choose_goals([{"kind": "top_up"}])
    stack.run_month(month)
    eventually(lambda: buyer.balance()["written_off"] == points, what="the points are written off")
    mine = [one for one in clerk.statement() if one["phone"] == buyer.phone]
    assert [one["amount_rubles"] for one in mine] == [points]

    # the member sees it: one bonus, written off, with a link to what it was spent on
    (bonus,) = buyer.bonuses()
    assert (bonus["status"], bonus["amount"]) == ("written_off", points)
    (spent,) = bonus["spent_on"]
    payout = ask(system.clerk("payout"), f"/payouts/{spent['payout_id']}")
    assert (payout["member_id"], payout["run_month"]) == (buyer.member_id, month)

    # notifications: one SMS about the bonus, one about the top-up, each sent once
    eventually(lambda: len(buyer.text_messages()) == 2, what="two messages")
    assert len(set(buyer.text_messages())) == 2
