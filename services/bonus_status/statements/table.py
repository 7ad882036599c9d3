"""A statement as CSV, for a spreadsheet."""

from services.bonus_status.statements.statement import Statement
from shared.csv_cells import written
from shared.schemas import rfc3339

COLUMNS = (
    "posted_at", "kind", "points", "in_words", "store_id", "store_name", "bonus_id", "payout_id",
)  # fmt: skip


def as_csv(statement: Statement) -> str:
    """Write the lines between the opening and the closing, which stand in the column `points`."""
    month = statement.month
    begins, ends = rfc3339(month.begins_at()), rfc3339(month.later(1).begins_at())
    lines = [
        (rfc3339(one.posted_at), *(getattr(one, name) for name in COLUMNS[1:]))
        for one in statement.lines
    ]
    if statement.lines_left_out:
        said = f"{statement.lines_left_out} more lines are not listed; all are counted"
        lines.append(("", "left_out", "", said, "", "", "", ""))
    sums = [
        ("", f"total_{name}", getattr(statement, name), "", "", "", "", "")
        for name in ("earned", "corrected", "spent")
    ]
    first = (begins, "opening", statement.opening, "", "", "", "", "")
    last = (ends, "closing", statement.closing, "", "", "", "", "")
    return written([COLUMNS, first, *lines, *sums, last])
