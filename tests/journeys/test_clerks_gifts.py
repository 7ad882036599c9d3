"""What a clerk gives and takes by the command line: by promo codes, and by hand."""

import secrets
from pathlib import Path

import pytest

from deploy.demo.actors import Member
from tests.support.command_line import cashback, cashback_json
from tests.support.stack import RunningStack
from tests.support.waiting import eventually

pytestmark = pytest.mark.xdist_group("stack")

RULE = """
source: promo_code
sentence: For a code from the newspaper.
settings: {amount: 50, most_a_member: 100}
total_cap: 1000
valid_from: 2026-01-01T00:00:00Z
"""


@pytest.fixture
def member(stack: RunningStack) -> Member:
    person = stack.new_members()[0]
    return Member(stack.system, "Member 1", person["id"], person["phone"], person["cookie"])


def test_a_promo_code_is_made_of_a_rule_and_redeemed(
    stack: RunningStack, member: Member, tmp_path: Path
) -> None:
    mark = secrets.token_hex(4)
    rule_id, code, file = f"newspaper-{mark}", f"NEWS-{mark.upper()}", tmp_path / "rule.yaml"
    by = ("--clerk", "maria", "--reason", "the autumn issue")
    file.write_text(RULE)
    rule = cashback_json(stack, "rules", "set", rule_id, str(file), *by)
    assert (rule["version"], rule["valid_from"]) == (1, "2026-01-01T00:00:00Z")
    assert [(one["clerk"], one["reason"]) for one in rule["history"]] == [(by[1], by[3])]
    assert cashback_json(stack, "codes", "make", rule_id, code, "--uses", "3", *by) == {"added": 1}
    eventually(lambda: member.redeem(code)[0] == 200)
    [listed] = cashback_json(stack, "codes", "list", rule_id)
    assert listed == {"code": code, "most_uses": 3, "used": 1}
    shown = cashback(stack, "rules", "show", rule_id).stdout
    assert shown.startswith(f"{rule_id} (promo_code)  on, amount 50, ")
    assert "; 50 granted" in shown
    unknown = cashback(stack, "codes", "list", f"no-{mark}")
    assert (unknown.returncode, "unknown_rule" in unknown.stderr) == (1, True)


def test_a_large_correction_waits_for_a_second_person(stack: RunningStack, member: Member) -> None:
    by = ("--clerk", "maria", "--reason", "counted twice")
    taken = ("corrections", "debit", member.member_id, "501", *by)
    made = eventually(lambda: (one := cashback(stack, *taken)).returncode == 0 and one).stdout
    correction_id = made.split()[0]
    assert f"cashback corrections approve {correction_id}" in made
    again = cashback_json(stack, *taken, "--id", correction_id)
    assert (again["correction_id"], again["state"]) == (correction_id, "waiting")
    assert correction_id in cashback(stack, "corrections", "list").stdout
    alone = cashback(stack, "corrections", "approve", correction_id, "--clerk", "maria")
    assert (alone.returncode, "another clerk decides it" in alone.stderr) == (1, True)
    assert member.balance()["debt"] == 0
    done = cashback_json(stack, "corrections", "approve", correction_id, "--clerk", "ivan")
    assert (done["state"], done["decided_by"]) == ("done", "ivan")
    assert member.balance()["debt"] == 501
