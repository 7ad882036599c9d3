"""INVARIANT: the database itself refuses what would make the books wrong, whatever code does."""

from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from deploy.databases import with_database
from tests.integration.bonus_status.desk import Desk
from tests.support.servers import Addresses


@pytest.fixture
def booked(desk: Desk) -> Desk:
    """A desk with one accrued bonus."""
    desk.hear(desk.store())
    desk.earned()
    return desk


CHANGES = ["UPDATE postings SET amount = 1", "DELETE FROM postings", "TRUNCATE postings"]
POSTING = "SELECT posting_id FROM postings WHERE member_id = :member_id"
COLUMNS = "fact, source, destination, amount, member_id, store_id, bonus_id, event_id, posted_at"


@pytest.mark.parametrize("change", CHANGES)
def test_the_services_role_cannot_change_a_posting(booked: Desk, change: str) -> None:
    with booked.engine.connect() as connection, pytest.raises(DBAPIError, match="permission"):
        connection.execute(text(change))


@pytest.mark.parametrize("change", CHANGES)
def test_not_even_the_servers_owner_changes_a_posting(
    booked: Desk, addresses: Addresses, change: str
) -> None:
    dsn = with_database(addresses.postgres_dsn, str(booked.engine.url.database))
    with psycopg.connect(dsn) as admin, pytest.raises(psycopg.Error, match="append-only"):
        admin.execute(f"SET search_path = bonus_status; {change}")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE accounts SET accrued = -1",
        "UPDATE accounts SET debt = -1",
        "UPDATE accounts SET debt = 1",
        "UPDATE bonuses SET amount = -1",
        "UPDATE bonuses SET reserved = -1",
        "UPDATE bonuses SET status = 'paid'",
        "UPDATE bonuses SET status = 'pending'",
        "UPDATE bonuses SET source = 'first_purchase'",
        "UPDATE bonuses SET source = 'gift'",
        "UPDATE bonuses SET rule_id = 'nobody-knows', rule_version = 1",
        "UPDATE bonuses SET store_id = NULL",
    ],
)
def test_what_no_account_or_bonus_can_be_is_refused(booked: Desk, change: str) -> None:
    with booked.engine.connect() as connection, pytest.raises(DBAPIError):
        connection.execute(text(f"{change} WHERE member_id = '{booked.member_id}'"))


@pytest.mark.parametrize(
    "values",
    [
        "fact, source, destination, amount",
        "'new', source, destination, 0",
        "'new', destination, 'written_off', 1",
        "'new', source, 'my_pocket', 1",
        "'new', 'operator_margin', destination, 1",
    ],
    ids=[
        "a fact twice",
        "an amount of nothing",
        "an unknown way",
        "an unknown account",
        "the operator pays for a store",
    ],
)
def test_what_no_posting_can_be_is_refused(booked: Desk, values: str) -> None:
    insert = f"""
        INSERT INTO postings ({COLUMNS})
        SELECT {values}, member_id, store_id, bonus_id, event_id, posted_at
        FROM postings WHERE member_id = '{booked.member_id}'
    """
    with booked.engine.connect() as connection, pytest.raises(DBAPIError):
        connection.execute(text(insert))


@pytest.mark.parametrize(
    ("view", "tampering"),
    [
        ("wrong_accounts", "UPDATE accounts SET accrued = accrued + 1"),
        ("wrong_bonuses", "UPDATE accounts SET pending = pending + 1"),
        ("wrong_bonuses", "UPDATE bonuses SET amount = amount + 1"),
        ("wrong_stores", "UPDATE store_balances SET owed = owed - 1"),
        ("wrong_stores", "DELETE FROM store_balances"),
    ],
)
def test_a_drift_is_found(booked: Desk, view: str, tampering: str) -> None:
    """What would break it: a view that compares a sum with itself."""
    assert booked.books_are_right()
    whose = "store_id" if "store_balances" in tampering else "member_id"
    owner = booked.store_id if whose == "store_id" else booked.member_id
    with booked.engine.connect() as connection:
        connection.execute(text(f"{tampering} WHERE {whose} = '{owner}'"))
        wrong = connection.execute(text(f"SELECT {whose}::text FROM {view}")).scalars().all()
    assert wrong == [owner]
    assert booked.books_are_right()


def test_entries_show_both_legs_and_sum_to_zero(booked: Desk) -> None:
    with booked.engine.connect() as connection:
        query = f"SELECT account, owner, amount FROM entries WHERE posting_id = ({POSTING})"
        legs = connection.execute(text(query), {"member_id": booked.member_id}).all()
    assert sorted(legs) == [
        ("member_accrued", booked.member_id, 76),
        ("store_receivable", booked.store_id, -76),
    ]


def test_another_services_role_reads_nothing(
    booked: Desk, service_engine: Callable[[str], Engine]
) -> None:
    own = f"SELECT count(*) FROM bonus_status.bonuses WHERE member_id = '{booked.member_id}'"
    stranger, auditor = service_engine("payout"), service_engine("auditor")
    with stranger.connect() as connection, pytest.raises(DBAPIError, match="permission"):
        connection.execute(text(own))
    with auditor.connect() as connection:
        assert connection.scalar(text(own)) == 1
