"""The life of a bonus: the one table of moves makes the cases."""

import itertools
import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from services import bonus_status
from services.bonus_status.domain import (
    MOVES,
    IllegalMove,
    Status,
    resolved,
)
from services.bonus_status.sources.purchases import follow
from services.bonus_status.spending import bring_back, release, reserve, write_off
from tests.support import bonuses
from tests.unit.bonus_status.cases import PAYOUT, opened, report, spent


def test_every_status_is_in_the_table() -> None:
    assert set(MOVES) == {None, *Status}


@pytest.mark.parametrize(("before", "after"), list(itertools.product(Status, Status)))
def test_only_the_moves_of_the_table_are_possible(before: Status, after: Status) -> None:
    # Worth something, so that "accrued" stays what it says; nothing free, so "written off" does.
    bonus = replace(opened(), status=before, amount=10)
    moved = replace(bonus, status=after, written_off=10 if after is Status.WRITTEN_OFF else 0)
    if after is before or after in MOVES[before]:
        assert resolved(bonus, moved).status is after
    else:
        with pytest.raises(IllegalMove):
            resolved(bonus, moved)


def test_the_trigger_of_the_database_allows_the_same_moves() -> None:
    migration = Path(bonus_status.__file__).parent / "migrations" / "0001_bonuses.py"
    listed = re.search(
        r"NEW.status\) NOT IN \((.*?)\n    \) THEN", migration.read_text(), re.DOTALL
    )
    assert listed is not None
    pairs = set(re.findall(r"\('(\w+)', '(\w+)'\)", listed[1]))
    assert pairs == {(one, other) for one in Status for other in MOVES[one]}


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("reported", Status.PENDING),
        ("approved_unfunded", Status.PENDING),
        ("approved", Status.ACCRUED),
        ("declined", Status.REJECTED),
        ("returned", Status.REJECTED),
    ],
)
def test_a_bonus_opens_as_its_conversion_stands(said: str, status: Status) -> None:
    """The first thing heard may be the approval, or the refusal."""
    assert opened(said).status is status


def test_approval_accrues_and_a_decline_rejects_with_its_reason() -> None:
    accrued = follow(opened(), report("approved"))
    assert (accrued.status, accrued.available, accrued.accrued_at) == (
        Status.ACCRUED,
        76,
        bonuses.REPORTED_AT,
    )
    rejected = follow(opened(), report("declined", reason="Order was not paid"))
    assert (rejected.status, rejected.reason) == (Status.REJECTED, "Order was not paid")
    assert (rejected.amount, rejected.available) == (76, 0)


def test_a_late_report_takes_nothing_back() -> None:
    """No balance ever goes below what the member was told."""
    accrued = follow(opened(), report("approved"))
    for late in ("reported", "approved_unfunded"):
        assert follow(accrued, report(late)).status is Status.ACCRUED


def test_an_approval_without_money_stays_pending_and_says_why() -> None:
    waiting = follow(opened(), report("approved_unfunded"))
    assert (waiting.status, waiting.reason) == (Status.PENDING, "approved_unfunded")
    assert follow(waiting, report("approved")).reason is None


def test_spent_in_part_stays_accrued_and_spent_whole_is_written_off() -> None:
    part = write_off(reserve(opened("approved"), 50), 50, PAYOUT)
    assert (part.status, part.available, part.payout_id) == (Status.ACCRUED, 26, PAYOUT)
    whole = write_off(reserve(part, 26), 26, PAYOUT)
    assert (whole.status, whole.available) == (Status.WRITTEN_OFF, 0)


def test_reserved_points_are_not_written_off_before_they_are_spent() -> None:
    reserved = reserve(opened("approved"), 76)
    assert (reserved.status, reserved.available) == (Status.ACCRUED, 0)
    assert release(reserved, 76).available == 76


def test_a_reversed_payout_makes_it_accrued_again_without_its_payout() -> None:
    again = bring_back(spent(), 76)
    assert (again.status, again.available, again.payout_id) == (Status.ACCRUED, 76, None)


def test_a_return_after_it_was_spent_leaves_a_debt() -> None:
    returned = follow(spent(), report("returned", 0))
    assert (returned.status, returned.available) == (Status.REJECTED, -76)


def test_a_partial_return_after_it_was_spent_stays_written_off() -> None:
    less = follow(spent(), report("approved", 50))
    assert (less.status, less.available) == (Status.WRITTEN_OFF, -26)


def test_an_amendment_up_after_it_was_spent_leaves_something_to_spend() -> None:
    more = follow(spent(), report("approved", 100))
    assert (more.status, more.available) == (Status.ACCRUED, 24)


def test_a_store_may_take_its_refusal_back() -> None:
    rejected = follow(opened(), report("declined"))
    assert follow(rejected, report("approved")).status is Status.ACCRUED
    assert follow(rejected, report("reported")).status is Status.PENDING
    returned = follow(spent(), report("returned", 0))
    assert follow(returned, report("approved")).status is Status.WRITTEN_OFF


def test_a_refusal_may_be_taken_back_in_two_steps_after_the_points_were_spent() -> None:
    """The store first owes the money again, then has it: the member's debt goes with the second."""
    rejected = follow(spent(), report("declined"))
    waiting = follow(rejected, report("approved_unfunded"))
    assert (waiting.status, waiting.available) == (Status.PENDING, -76)
    confirmed = follow(waiting, report("approved"))
    assert (confirmed.status, confirmed.available) == (Status.WRITTEN_OFF, 0)


def test_a_bonus_of_nothing_is_accrued_not_written_off() -> None:
    assert opened("approved", 0).status is Status.ACCRUED
