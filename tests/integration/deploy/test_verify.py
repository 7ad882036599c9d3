"""`verify` sees what is wrong: each test breaks one thing in real schemas and finds just it."""

import re
import uuid

import psycopg
import pytest

from deploy.verify import books, chain, intake, journey
from deploy.verify.books import Auditor
from tests.integration.deploy.breaking import PAYOUT, break_books, settled_top_up

QUERIES = {
    name: text
    for module in (books, chain, intake, journey)
    for name, text in vars(module).items()
    if isinstance(text, str) and text.lstrip().startswith(("SELECT", "WITH"))
}


def test_empty_books_are_right(auditor: Auditor) -> None:
    assert all(check.holds for check in books.checks(auditor))
    with auditor.transaction():  # where a cursor of the server lives
        assert all(check.holds for check in chain.checks(auditor))
    assert all(check.holds for check in intake.checks(auditor))
    assert journey.conversions(auditor).holds
    assert journey.claims(auditor).holds
    assert journey.payouts(auditor).holds
    assert journey.certificates(auditor).holds
    assert not any(journey.compare_top_ups(auditor, []).values())


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_a_check_reads_each_table_once(auditor: Auditor, query: str) -> None:
    """A question asked again for each row takes minutes with 100 000 postings, then times out."""
    plan = "\n".join(str(row["QUERY PLAN"]) for row in auditor.execute(f"EXPLAIN {query}"))
    assert not re.search("Nested Loop|SubPlan", plan), plan


def test_the_auditor_can_change_nothing(real_auditor: Auditor) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        real_auditor.execute("DELETE FROM bonus_status.accounts")
    real_auditor.execute("SET default_transaction_read_only = off")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        real_auditor.execute("DELETE FROM bonus_status.accounts")


def test_points_without_a_posting_are_found(auditor: Auditor) -> None:
    member = f"INSERT INTO accounts (member_id, accrued) VALUES ('{uuid.uuid4()}', 100)"
    break_books(auditor, "bonus_status", member)
    faults = [check.faults for check in books.checks(auditor) if not check.holds]
    assert faults == [{"members_off_postings": 1, "members_off_bonuses": 1}]


def test_a_store_that_owes_what_no_posting_says_is_found(auditor: Auditor) -> None:
    break_books(auditor, "bonus_status", "INSERT INTO store_balances VALUES ('shop', 5)")
    faults = [check.faults for check in books.checks(auditor) if not check.holds]
    # The report of what stores owe does not show it either.
    assert faults == [{"stores_off_postings": 1}, {"stores_wrong": 1}]


_RECEIPT = (
    "INSERT INTO receipts (receipt_id, partner_id, received_at, format, method, query, headers,"
    " body, verdict, code, detail, conversion_id) VALUES (gen_random_uuid(), 'global-mall', now(),"
    " 'signed', 'POST', '', '{}', '', %s)"
)

# One of its two rows is applied, and nothing tells what became of it.
_HALF_A_FILE = (
    "WITH partner AS (INSERT INTO partners VALUES ('mall', 'Mall', '{}', '{}', '{}', now())"
    " RETURNING 1) INSERT INTO files (file_id, partner_id, profile, profile_version,"
    " content_hash, name, size_bytes, columns, rows, applied_rows, state, is_dry_run,"
    " sent_by, made_at, advanced_at) VALUES (gen_random_uuid(), 'mall', 'csv', '', '', '',"
    " 1, '{}', 2, 1, 'applying', false, 'clerk', now(), now())"
)


@pytest.mark.parametrize(
    ("broken", "faults"),
    [
        (
            _RECEIPT % "'accepted', 'recorded', 'Recorded.', gen_random_uuid()",
            {"accepted_without_conversion": 1, "accepted_without_message": 1},
        ),
        (
            _RECEIPT % "'duplicate', 'known_message', 'Known.', gen_random_uuid()",
            {"accepted_without_conversion": 1},
        ),
        (_RECEIPT % "'held', 'unknown_click', 'Not ours.', NULL", {"held_without_reason": 1}),
        (_RECEIPT % "'refused', '', '', NULL", {"without_verdict": 1}),
        (_RECEIPT % "'refused', 'refused_by_clerk', 'No.', NULL", {"refused_by_nobody": 1}),
        (
            "WITH receipt AS ("
            + _RECEIPT % "'refused', 'x', 'X.', NULL"
            + " RETURNING *) INSERT INTO held (receipt_id, code, partner_id, conversion_id, since,"
            " tried_at, not_before) SELECT receipt_id, 'no_rate', partner_id, receipt_id, now(),"
            " now(), now() FROM receipt",
            {"waiting_though_decided": 1},
        ),
        (
            _HALF_A_FILE,
            {"files_with_rows_lost_or_twice": 1},
        ),
    ],
)
def test_a_receipt_whose_verdict_does_not_hold_is_found(
    auditor: Auditor,
    broken: str,
    faults: dict[str, int],
) -> None:
    break_books(auditor, "partner_postback", broken)
    found = [check.faults for check in intake.checks(auditor) if not check.holds]
    assert found == [faults]


def test_a_conversion_without_a_bonus_is_found(auditor: Auditor) -> None:
    break_books(
        auditor,
        "partner_postback",
        f"""
        INSERT INTO conversions VALUES ('{uuid.uuid4()}', 'mall', 'A1', '1', 'sale', 'shop',
            '{uuid.uuid4()}', 'click', now(), 'approved', NULL, 5000, 'RUB', 1000000, now(), NULL,
            '{uuid.uuid4()}', 1, now())
        """,
    )
    assert journey.conversions(auditor).faults == {"conversions_without_bonus": 1}


def test_a_top_up_that_nobody_asked_for_is_found(auditor: Auditor) -> None:
    executed = {"idempotency_key": PAYOUT, "amount_rubles": 200}
    found = journey.compare_top_ups(auditor, [executed])
    assert found["executed_without_payout"] == 1


def test_a_top_up_executed_twice_or_with_another_amount_is_found(auditor: Auditor) -> None:
    break_books(auditor, "payout", *settled_top_up(200))
    assert not any(_without_count(journey.compare_top_ups(auditor, [_executed(200)])).values())
    twice = journey.compare_top_ups(auditor, [_executed(200), _executed(200)])
    assert _without_count(twice)["executed_twice"] == 1
    other = journey.compare_top_ups(auditor, [_executed(201)])
    assert _without_count(other)["executed_with_another_amount"] == 1
    assert _without_count(journey.compare_top_ups(auditor, []))["not_executed"] == 1


def _executed(rubles: int) -> dict[str, object]:
    return {"idempotency_key": PAYOUT, "amount_rubles": rubles}


def _without_count(figures: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in figures.items() if name != "top_up_payouts"}


def test_an_accepted_claim_without_a_conversion_is_found(auditor: Auditor) -> None:
    claim_id, member_id, receipt_id = (uuid.uuid4() for _ in range(3))
    break_books(
        auditor,
        "bonus_status",
        f"""
        INSERT INTO claims (claim_id, member_id, store_id, click_id, order_id, ordered_at,
            amount_minor, currency, opened_by, opened_at, answer_by, state, version, changed_at,
            changed_by, partner_says, accepted_minor)
        VALUES ('{claim_id}', '{member_id}', 'shop', 'c', 'A1', now(), 1, 'RUB', 'member', now(),
            now(), 'accepted', 4, now(), 'anna', 'confirmed', 1)
        """,
    )
    assert journey.claims(auditor).faults == {"claims_on_the_way": 1}
    receipt = f"""
        INSERT INTO receipts (receipt_id, partner_id, received_at, format, method, query, headers,
            body, transport_id, verdict, code, detail, source)
        VALUES ('{receipt_id}', 'mall', now(), 'signed', 'RECORD', '', '{{}}', '', '{claim_id}',
            'refused', 'invalid_fields', 'broken', 'claim')
    """
    break_books(auditor, "partner_postback", receipt)
    assert journey.claims(auditor).faults == {"without_conversion": 1}
    other = receipt.replace(str(receipt_id), str(uuid.uuid4())).replace("'mall'", "'home'")
    break_books(auditor, "partner_postback", other)
    assert journey.claims(auditor).faults == {"without_conversion": 1, "recorded_twice": 1}
