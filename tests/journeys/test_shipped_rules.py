"""A stack has the rules that are shipped, whoever made its tables."""

import pytest

from deploy.demo.calls import ask
from services.bonus_status.sources.shipped import shipped_rules as bonus_rules
from services.partner_postback.fraud.shipped import shipped_rules as fraud_rules
from tests.support.stack import RunningStack
from tests.support.waiting import eventually

pytestmark = pytest.mark.xdist_group("stack")


def test_the_rules_against_fraud_are_there_and_off(stack: RunningStack) -> None:
    clerk = stack.system.clerk("partner_postback")
    listed = eventually(lambda: ask(clerk, "/fraud-rules")["data"])
    shipped = {one["name"]: one["is_on"] for one in listed if one["name"] in fraud_rules()}
    assert shipped == dict.fromkeys(fraud_rules(), False)


def test_the_rules_of_other_sources_are_there(stack: RunningStack) -> None:
    clerk = stack.system.clerk("bonus_status")
    listed = eventually(lambda: ask(clerk, "/bonus-rules")["data"])
    assert set(bonus_rules()) <= {one["rule_id"] for one in listed}
