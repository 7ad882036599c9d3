"""`verify` sees a difference between the operator's files and our payouts that has no case."""

import pytest

from deploy.verify import reconciled
from deploy.verify.books import Auditor
from tests.integration.deploy.breaking import PAYOUT, break_books


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        (["UPDATE statement_lines SET class = NULL"], "lines_without_class"),
        (["UPDATE statement_lines SET difference = 'another'"], "differences_without_case"),
        (
            [
                "UPDATE cases SET outcome = 'explained', closed_at = now(), reason = ''",
                """
                INSERT INTO case_acts (case_id, did, who, at, what)
                SELECT case_id, 'closed', '', now(), '' FROM cases
                """,
            ],
            "differences_without_case",
        ),
        (
            ["UPDATE cases SET outcome = 'accepted', closed_at = now(), reason = ''"],
            "cases_without_their_acts",
        ),
    ],
    ids=["no class", "another difference", "explained", "closed by nobody"],
)
def test_a_difference_that_nobody_owns_is_found(
    auditor: Auditor, statements: list[str], fault: str
) -> None:
    break_books(auditor, "payout", *_A_CASE)
    check = reconciled.check(auditor)
    assert check.holds
    assert check.seen == {"days": 1, "lines": 1, "open_cases": 1}
    break_books(auditor, "payout", *statements)
    assert dict(reconciled.check(auditor).faults) == {fault: 1}


_A_CASE = (
    """
    INSERT INTO statement_files
    VALUES ('2026-12-01', 1, sha256('file'), now(), false, 1, 301)
    """,
    "INSERT INTO reconciliations VALUES ('2026-12-01', 1, now(), now(), '{}')",
    f"""
    INSERT INTO statement_lines
    VALUES ('2026-12-01', 1, 2, 'top_up', 41, '{PAYOUT}', 'x', now(), 301, 'amount_differs', 'it')
    """,
    f"""
    INSERT INTO cases VALUES ('{PAYOUT}', 'it', '2026-12-01', 'amount_differs', 'top_up',
                              '{PAYOUT}', 41, '{PAYOUT}', 300, 301, 'payouts', now(), now())
    """,
    f"""
    INSERT INTO case_acts (case_id, did, who, at, what)
    VALUES ('{PAYOUT}', 'opened', 'reconciliation', now(), 'payouts')
    """,
)
