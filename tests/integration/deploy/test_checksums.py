"""Weighted sums see one point at the wrong place, and who has it is counted."""

from collections.abc import Callable

import psycopg
import pytest
from psycopg.rows import dict_row
from sqlalchemy import Engine

from deploy.verify import books
from services.bonus_status.sources.shipped import shipped_rules
from services.bonus_status.store.sources import rules
from tests.integration.bonus_status.desk import Desk
from tests.support import bonuses
from tests.support.clock import SteppedClock


@pytest.mark.parametrize(
    ("broken", "faults"),
    [
        (
            "UPDATE accounts SET accrued = accrued + 1 WHERE member_id = '{0}'",
            [{"members_off_postings": 1, "members_off_bonuses": 1}],
        ),
        (
            "UPDATE accounts SET accrued = 106 - accrued WHERE member_id IN ('{0}', '{1}')",
            [{"members_off_postings": 2, "members_off_bonuses": 2}],
        ),
        (
            "UPDATE store_balances SET owed = owed + 1",
            [{"stores_off_postings": 1}, {"stores_wrong": 1}],
        ),
        (
            "UPDATE bonus_rules SET granted = granted + 1 WHERE source = 'email_linked'",
            [{"rules_wrong": 1}],
        ),
        (
            "UPDATE bonuses SET amount = amount + 1 WHERE source = 'purchase'",
            [{"members_off_bonuses": 1}, {"stores_wrong": 1}],
        ),
    ],
)
def test_one_point_at_the_wrong_place_is_found_among_many(
    fresh_engine: Callable[[str], Engine],
    clock: SteppedClock,
    fresh_service_url: Callable[[str], str],
    broken: str,
    faults: object,
) -> None:
    """Two members who have each other's points keep every total right: the weights tell."""
    desk, members = Desk(fresh_engine("bonus_status"), clock), [bonuses.new_id(), bonuses.new_id()]
    with desk.engine.begin() as connection:
        rules.add_missing(connection, shipped_rules(), desk.clock())
    desk.hear(desk.store())
    for desk.member_id in members:
        desk.hear(desk.member("active", email_linked_at="2026-11-20T00:00:00Z"))
    desk.earned()  # 76 points more than the other one's 15
    dsn = fresh_service_url("auditor")
    with psycopg.connect(dsn, row_factory=dict_row, autocommit=True) as auditor:
        assert all(check.holds for check in books.checks(auditor))
        with psycopg.connect(fresh_service_url("bonus_status")) as breaking:
            breaking.execute(broken.format(*members).encode())
        assert [check.faults for check in books.checks(auditor) if not check.holds] == faults
