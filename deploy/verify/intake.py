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
           AS accepted_without_message,
       count(*) FILTER (WHERE receipts.code = 'refused_by_clerk' AND said_no.receipt_id IS NULL)
           AS refused_by_nobody
FROM partner_postback.receipts
LEFT JOIN partner_postback.conversions USING (conversion_id)
LEFT JOIN (SELECT DISTINCT receipt_id FROM partner_postback.messages) AS brought
       ON brought.receipt_id = receipts.receipt_id
LEFT JOIN (SELECT DISTINCT receipt_id FROM partner_postback.held_decisions
           WHERE decision = 'refused') AS said_no ON said_no.receipt_id = receipts.receipt_id
"""
_HELD = """
SELECT count(held.receipt_id) AS held,
       count(*) FILTER (WHERE held.receipt_id IS NULL) AS held_without_reason,
       count(*) FILTER (WHERE receipts.receipt_id IS NULL) AS waiting_though_decided,
       count(*) FILTER (WHERE held.code <> receipts.code) AS with_another_reason
FROM (SELECT receipt_id, code FROM partner_postback.receipts WHERE verdict = 'held') AS receipts
FULL JOIN partner_postback.held USING (receipt_id)
"""

# A row has its receipt or, of a dry run, its verdict alone; `applied_rows` says how many must.
_FILES = """
SELECT count(*) AS files, coalesce(sum(files.rows), 0)::bigint AS rows,
       count(*) FILTER (WHERE files.applied_rows
                           <> coalesce(kept.rows, 0) + coalesce(judged.rows, 0))
           AS files_with_rows_lost_or_twice
FROM partner_postback.files
LEFT JOIN (SELECT source_id AS file_id, count(DISTINCT row_number) AS rows
           FROM partner_postback.receipts WHERE source = 'file' GROUP BY source_id) AS kept
       USING (file_id)
LEFT JOIN (SELECT file_id, count(*) AS rows
           FROM partner_postback.file_verdicts GROUP BY file_id) AS judged USING (file_id)
"""


def checks(auditor: Auditor) -> list[Check]:
    """Judge the receipts."""
    return [
        _judged(
            auditor, _RECEIPTS, ("receipts", "accepted"),
            "every receipt has a verdict, and every accepted one its conversion",
        ),
        _judged(auditor, _HELD, ("held",), "every held report has its reason, and waits for it"),
        _judged(auditor, _FILES, ("files", "rows"), "every row of a file has its verdict once"),
    ]  # fmt: skip


def _judged(auditor: Auditor, query: str, counted: tuple[str, ...], says: str) -> Check:
    found = dict(figures(auditor, query))
    seen = {name: found.pop(name) for name in counted}
    return Check(says, seen=seen, wrong=found)
