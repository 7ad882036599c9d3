"""What partners sent against what became of it: no report without a verdict that holds."""

from deploy.verify.books import Auditor, figures
from deploy.verify.check import Check

_RECEIPTS = """
SELECT count(*) AS receipts,
       count(*) FILTER (WHERE receipts.verdict = 'accepted') AS accepted,
       count(*) FILTER (WHERE receipts.code = '' OR receipts.detail = '') AS without_verdict,
       count(*) FILTER (WHERE receipts.verdict IN ('accepted', 'duplicate')
                          AND conversions.conversion_id IS NULL) AS accepted_without_conversion,
       count(*) FILTER (WHERE receipts.verdict = 'accepted' AND brought.receipt_id IS NULL)
           AS accepted_without_message
FROM partner_postback.receipts
LEFT JOIN partner_postback.conversions USING (conversion_id)
LEFT JOIN (SELECT DISTINCT receipt_id FROM partner_postback.messages) AS brought
       ON brought.receipt_id = receipts.receipt_id
"""
_HELD = """
SELECT count(held.receipt_id) AS held,
       count(*) FILTER (WHERE held.receipt_id IS NULL) AS held_without_reason,
       count(*) FILTER (WHERE receipts.receipt_id IS NULL) AS waiting_though_decided,
       count(*) FILTER (WHERE held.code <> receipts.code) AS with_another_reason
FROM (SELECT receipt_id, code FROM partner_postback.receipts WHERE verdict = 'held') AS receipts
FULL JOIN partner_postback.held USING (receipt_id)
"""


def checks(auditor: Auditor) -> list[Check]:
    """Judge the receipts."""
    return [
        _judged(
            auditor, _RECEIPTS, ("receipts", "accepted"),
            "every receipt has a verdict, and every accepted one its conversion",
        ),
        _judged(auditor, _HELD, ("held",), "every held report has its reason, and waits for it"),
    ]  # fmt: skip


def _judged(auditor: Auditor, query: str, counted: tuple[str, ...], says: str) -> Check:
    found = dict(figures(auditor, query))
    seen = {name: found.pop(name) for name in counted}
    return Check(says, seen=seen, wrong=found)
