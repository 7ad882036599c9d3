"""The operator's daily files: no difference without a case; how many are open is counted.

An open case is no fault of the books: whoever owns it has until its deadline. That each top-up was
executed once is judged against the operator's whole statement (journey.py).
"""

from deploy.verify.books import Auditor, figures
from deploy.verify.check import Check

# A clerk's or a file's end of a case is one; the case itself must be there.
_DIFFERENCES = """
SELECT (SELECT count(*) FROM payout.reconciliations) AS days,
       count(line.position) AS lines,
       (SELECT count(*) FROM payout.cases WHERE closed_at IS NULL) AS open_cases,
       count(*) FILTER (WHERE line.class IS NULL) AS lines_without_class,
       count(*) FILTER (WHERE line.difference IS NOT NULL AND NOT EXISTS (
           SELECT FROM payout.cases WHERE cases.difference = line.difference
             AND outcome IS DISTINCT FROM 'explained')) AS differences_without_case,
       (SELECT count(*) FROM payout.cases WHERE NOT EXISTS (
           SELECT FROM payout.case_acts WHERE case_acts.case_id = cases.case_id
             AND did = CASE WHEN closed_at IS NULL THEN 'opened' ELSE 'closed' END))
           AS cases_without_their_acts
FROM payout.statement_lines AS line JOIN payout.reconciliations USING (day, version)
"""


def check(auditor: Auditor) -> Check:
    """Judge what was reconciled."""
    found = dict(figures(auditor, _DIFFERENCES))
    seen = {name: found.pop(name) for name in ("days", "lines", "open_cases")}
    says = "each difference from the operator's daily files has its case"
    return Check(says, seen=seen, wrong=found)
