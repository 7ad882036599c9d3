"""What a member is told of a status: a code that never changes, and a sentence."""

import pytest
from msgspec.structs import replace

from services.bonus_status.domain import Bonus, ConversionStatus, Status
from services.bonus_status.sources.purchases import follow
from services.bonus_status.spending import Spent, repay, reserve, write_off
from services.bonus_status.telling.debts import debt_in_words
from services.bonus_status.telling.status import StatusCode, status_told
from tests.unit.bonus_status.cases import PAYOUT, opened, report, spent

SPENT = [Spent(PAYOUT, "2026-12", "top_up", "written_off", 76)]


def rejected(status: str, reason: str | None) -> Bonus:
    return follow(opened(), report(status, 0, reason=reason))


@pytest.mark.parametrize(
    ("bonus", "code"),
    [
        (opened(), StatusCode.WAITS_FOR_STORE),
        (opened("approved_unfunded"), StatusCode.WAITS_FOR_MONEY),
        (opened("approved"), StatusCode.CONFIRMED),
        (reserve(opened("approved"), 10), StatusCode.SET_ASIDE),
        (write_off(reserve(opened("approved"), 10), 10, PAYOUT), StatusCode.SPENT_IN_PART),
        (spent(), StatusCode.SPENT),
        (rejected("declined", None), StatusCode.NOT_APPROVED),
        (rejected("returned", None), StatusCode.RETURNED),
    ],
)
def test_each_way_a_bonus_stands_has_its_code(bonus: Bonus, code: StatusCode) -> None:
    assert status_told(bonus).code is code


def test_a_bonus_that_repaid_a_debt_says_so() -> None:
    debtor = follow(spent(), report("returned", 0))
    giver, _, _ = repay(opened("approved"), debtor)
    told = status_told(giver)
    assert told.code is StatusCode.REPAID_DEBT
    # The debt may as well be a clerk's correction, where nothing was returned.
    assert told.in_words == "Confirmed, and used up by what you owed."


def test_the_store_is_heard_in_its_own_words() -> None:
    told = status_told(rejected("declined", "test order."))
    assert told.in_words == "The store did not approve the purchase; it says: test order."


def test_silence_of_the_store_is_told_too() -> None:
    told = status_told(rejected("declined", None))
    assert told.in_words == "The store did not approve the purchase, and gave no reason."


def test_a_debt_is_told_with_its_cause_and_its_payout() -> None:
    debtor = follow(spent(), report("returned", 0))
    assert "76 points of it had been paid already" in status_told(debtor).in_words
    assert debt_in_words(debtor, "AliExpress", SPENT) == (
        "76 points of your purchase at AliExpress: the goods were returned after 76 points had "
        "been paid by a top-up of 2026-12. Your next points repay them."
    )


def test_a_debt_of_what_waits_again_was_taken_back_and_not_lowered() -> None:
    """Spent, declined, then approved without the store's money: the same sum was paid all along."""
    debtor = follow(follow(spent(), report("declined", 0)), report("approved_unfunded"))
    assert debtor.status is Status.PENDING
    assert ": the store took its approval back after 76 points had" in debt_in_words(
        debtor, "AliExpress", SPENT
    )


def test_unfunded_waits_unless_the_programme_decided_otherwise() -> None:
    said = report("approved_unfunded")
    assert follow(opened(), said).status is Status.PENDING
    assert follow(opened(), replace(said, unfunded_accrues=True)).status is Status.ACCRUED


def test_unfunded_stays_its_own_fact_when_it_accrues() -> None:
    bonus = follow(opened(), replace(report("approved_unfunded"), unfunded_accrues=True))
    assert bonus.conversion_status is ConversionStatus.APPROVED_UNFUNDED
