"""`verify` sees a certificate that is spent otherwise than by one redemption worth all of it."""

import pytest

from deploy.verify import journey
from deploy.verify.books import Auditor
from tests.integration.deploy.breaking import PAYOUT, break_books, settled_top_up


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        (["UPDATE certificates SET status = 'redeemed'"], "spent_without_redemption"),
        (["UPDATE certificates SET status = 'issued'"], "spent_without_redemption"),
        (
            [
                "ALTER TABLE redemptions DROP CONSTRAINT redemptions_pay_what_it_is_worth",
                "UPDATE redemptions SET burns_minor = burns_minor - 1",
            ],
            "liability_off_minor",
        ),
    ],
    ids=["spent", "open", "a kopeck"],
)
def test_a_certificate_that_is_spent_otherwise_than_redeemed_is_found(
    auditor: Auditor, statements: list[str], fault: str
) -> None:
    break_books(auditor, "payout", *settled_top_up(500), *_REDEEMED)
    if statements[0].endswith("'redeemed'"):
        break_books(auditor, "payout", "UPDATE redemptions SET cancelled_at = now()")
    else:
        assert journey.certificates(auditor).holds
    break_books(auditor, "payout", *statements)
    assert journey.certificates(auditor).faults[fault] == 1


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        (["UPDATE payouts SET state = 'settled'"], "void_without_points_back"),
        (["UPDATE certificates SET status = 'issued' WHERE status = 'void'"], None),
        (["DELETE FROM certificates WHERE replaces IS NOT NULL"], "replaced_by_nothing_equal"),
        (
            ["UPDATE certificates SET denomination = 499 WHERE replaces IS NOT NULL"],
            "replaced_by_nothing_equal",
        ),
    ],
    ids=["points kept", "open again", "gone", "worth less"],
)
def test_a_certificate_is_void_with_its_points_back_or_replaced_by_its_like(
    auditor: Auditor,
    statements: list[str],
    fault: str | None,
) -> None:
    break_books(auditor, "payout", *settled_top_up(500), *_REPLACED_AND_VOID)
    told = journey.certificates(auditor)
    assert told.holds
    assert (told.seen["open_certificates"], told.seen["void_certificates"]) == (0, 1)
    break_books(auditor, "payout", "ALTER TABLE payouts DISABLE TRIGGER USER")
    break_books(auditor, "payout", *statements)
    assert journey.certificates(auditor).faults[fault or "void_without_points_back"] == 1


_REPLACED_AND_VOID = (
    f"""
    INSERT INTO certificates (certificate_id, payout_id, member_id, denomination, code_hash,
                              code_sealed, status, issued_at)
    SELECT payout_id, payout_id, member_id, 500, 'old', '', 'replaced', now() FROM payouts
    WHERE payout_id = '{PAYOUT}'
    """,
    """
    INSERT INTO certificates (certificate_id, payout_id, member_id, denomination, code_hash,
                              code_sealed, status, issued_at, replaces)
    SELECT gen_random_uuid(), payout_id, member_id, 500, 'new', '', 'void', now(), certificate_id
    FROM certificates
    """,
    "UPDATE payouts SET state = 'reversed'",
)
_REDEEMED = (
    f"""
    INSERT INTO certificates (certificate_id, payout_id, member_id, denomination, code_hash,
                              code_sealed, status, issued_at)
    SELECT payout_id, payout_id, member_id, 500, '', '', 'redeemed', now() FROM payouts
    WHERE payout_id = '{PAYOUT}'
    """,
    "INSERT INTO salons VALUES ('here', 'Here', true)",
    f"""
    INSERT INTO redemptions VALUES ('{PAYOUT}', '{PAYOUT}', 'here', 'R-1', 500, 40000, 40000, 10000,
                                    now())
    """,
)
