"""The ledger against itself: computed again from the postings, not from the services' own views.

Checksums tell whether books agree (checksums.py); only those that do not are gone through here,
owner by owner.
"""

from collections.abc import Mapping
from typing import Any

import psycopg

from deploy.verify import checksums
from deploy.verify.check import Check
from deploy.verify.checksums import Agreement

Auditor = psycopg.Connection[dict[str, Any]]

_MEMBER_BALANCES = """
WITH posted AS (
    SELECT member_id,
        sum(CASE 'member_pending' WHEN destination THEN amount WHEN source THEN -amount END)
            AS pending,
        sum(CASE 'member_accrued' WHEN destination THEN amount WHEN source THEN -amount END)
            AS accrued,
        sum(CASE 'member_reserved' WHEN destination THEN amount WHEN source THEN -amount END)
            AS reserved,
        sum(CASE 'written_off' WHEN destination THEN amount WHEN source THEN -amount END)
            AS written_off,
        -sum(CASE 'member_debt' WHEN destination THEN amount WHEN source THEN -amount END) AS debt
    FROM bonus_status.postings GROUP BY member_id
)
SELECT count(*) FILTER (
           WHERE (coalesce(kept.pending, 0), coalesce(kept.accrued, 0), coalesce(kept.reserved, 0),
                  coalesce(kept.written_off, 0), coalesce(kept.debt, 0))
              <> (coalesce(posted.pending, 0), coalesce(posted.accrued, 0),
                  coalesce(posted.reserved, 0), coalesce(posted.written_off, 0),
                  coalesce(posted.debt, 0))
       ) AS wrong
FROM bonus_status.accounts AS kept FULL JOIN posted USING (member_id)
"""
_STORE_BALANCES = """
WITH posted AS (
    SELECT store_id, sum(CASE WHEN source = 'store_receivable' THEN amount ELSE 0 END
                       - CASE WHEN destination = 'store_receivable' THEN amount ELSE 0 END) AS owed
    FROM bonus_status.postings WHERE store_id IS NOT NULL GROUP BY store_id
)
SELECT count(*) FILTER (WHERE coalesce(kept.owed, 0) <> coalesce(posted.owed, 0)) AS wrong
FROM bonus_status.store_balances AS kept FULL JOIN posted USING (store_id)
"""
# What the report of /exposure adds up: see bonus_status/exposure/report.py.
_EXPOSURE_IS_OWED = """
WITH shown AS (
    SELECT store_id, sum(
        CASE WHEN status = 'pending' THEN amount ELSE greatest(credited - written_off, 0) END
        + written_off - greatest(written_off - credited, 0)) AS owed
    FROM bonus_status.bonuses CROSS JOIN LATERAL (SELECT
        CASE WHEN status IN ('accrued', 'written_off') THEN amount ELSE 0 END AS credited) AS told
    WHERE source = 'purchase' GROUP BY store_id
)
SELECT count(*) FILTER (WHERE coalesce(kept.owed, 0) <> coalesce(shown.owed, 0)) AS wrong
FROM bonus_status.store_balances AS kept FULL JOIN shown USING (store_id)
"""
_RULES_GAVE = """
WITH posted AS (
    SELECT rule_id, sum(CASE WHEN source = 'operator_margin' THEN amount ELSE 0 END
                      - CASE WHEN destination = 'operator_margin' THEN amount ELSE 0 END) AS granted
    FROM bonus_status.postings WHERE rule_id IS NOT NULL GROUP BY rule_id
), held AS (
    SELECT rule_id, sum(amount) AS granted FROM bonus_status.bonuses
    WHERE rule_id IS NOT NULL AND status <> 'rejected' GROUP BY rule_id
)
SELECT count(*) FILTER (WHERE kept.granted IS NULL
           OR kept.granted <> coalesce(posted.granted, 0)
           OR kept.granted <> coalesce(held.granted, 0)) AS wrong
FROM bonus_status.bonus_rules AS kept FULL JOIN posted USING (rule_id)
LEFT JOIN held USING (rule_id)
"""
_BONUSES_MAKE_UP_BALANCES = """
WITH held AS (
    SELECT member_id,
           coalesce(sum(amount) FILTER (WHERE status = 'pending'), 0) AS pending,
           sum(greatest(available, 0)) AS accrued,
           sum(reserved) AS reserved,
           sum(written_off) AS written_off,
           sum(greatest(-available, 0)) AS debt
    FROM bonus_status.bonuses GROUP BY member_id
)
SELECT count(*) FILTER (
           WHERE (coalesce(kept.pending, 0), coalesce(kept.accrued, 0), coalesce(kept.reserved, 0),
                  coalesce(kept.written_off, 0), coalesce(kept.debt, 0))
              <> (coalesce(held.pending, 0), coalesce(held.accrued, 0),
                  coalesce(held.reserved, 0), coalesce(held.written_off, 0),
                  coalesce(held.debt, 0))
       ) AS wrong
FROM bonus_status.accounts AS kept FULL JOIN held USING (member_id)
"""
_RULES_ABOVE = """
SELECT count(*) AS rules, count(*) FILTER (WHERE granted > total_cap) AS rules_above_cap,
       (SELECT count(*) FROM bonus_status.rule_shares JOIN bonus_status.bonus_rules AS rule
            USING (rule_id) WHERE rule_shares.granted > rule.granted) AS shares_above_rule
FROM bonus_status.bonus_rules
"""
_NOBODY_BELOW_ZERO = """
SELECT count(*) AS members,
       count(*) FILTER (WHERE least(pending, accrued, reserved, written_off, debt) < 0)
           AS members_below_zero,
       count(*) FILTER (WHERE debt > 0) AS members_with_a_debt
FROM bonus_status.accounts
"""


def checks(auditor: Auditor) -> list[Check]:
    """Judge the ledger."""
    compared = checksums.compared(auditor)
    return [
        _zero_sum(compared),
        _balances(auditor, compared),
        _exposure(auditor, compared),
        _rules_within_their_caps(auditor, compared),
        _nobody_below_zero(auditor),
    ]


def figures(auditor: Auditor, query: str) -> Mapping[str, int]:
    """Answer the single row of a query that counts."""
    row = auditor.execute(query).fetchone()
    assert row is not None
    return row


def _wrong(auditor: Auditor, agree: bool, query: str) -> int:  # noqa: FBT001 - what was compared
    """Answer how many differ by a query that goes through them all; none where books agree."""
    return 0 if agree else figures(auditor, query)["wrong"]


def _zero_sum(compared: Agreement) -> Check:
    """Each posting is two legs of one row: wrong can be its amount, or a leg to where it began."""
    wrong = {"unbalanced": compared.unbalanced}
    return Check("postings sum to zero", wrong=wrong, seen={"postings": compared.postings})


def _balances(auditor: Auditor, compared: Agreement) -> Check:
    agree = {
        "members_off_postings": (compared.accounts_with_postings, _MEMBER_BALANCES),
        "stores_off_postings": (compared.stores_with_postings, _STORE_BALANCES),
        "members_off_bonuses": (compared.accounts_with_bonuses, _BONUSES_MAKE_UP_BALANCES),
    }
    return Check(
        "balances equal their postings, and the bonuses they are made of",
        seen={name: getattr(compared, name) for name in ("members", "stores", "bonuses")},
        wrong={name: _wrong(auditor, *one) for name, one in agree.items()},
    )


def _exposure(auditor: Auditor, compared: Agreement) -> Check:
    """Judge the report: of a bonus it adds up the amount, unless rejected, so one sum tells."""
    wrong = {"stores_wrong": _wrong(auditor, compared.payers_with_bonuses, _EXPOSURE_IS_OWED)}
    says = "what the exposure shows of each store is what the ledger says it owes"
    return Check(says, wrong=wrong, seen={"stores": compared.stores})


def _rules_within_their_caps(auditor: Auditor, compared: Agreement) -> Check:
    agree = compared.rules_with_postings and compared.payers_with_bonuses
    found = figures(auditor, _RULES_ABOVE)
    wrong = {name: found[name] for name in ("rules_above_cap", "shares_above_rule")}
    wrong["rules_wrong"] = _wrong(auditor, agree, _RULES_GAVE)
    says = "what each rule gave equals its postings and bonuses, within its cap"
    return Check(says, wrong=wrong, seen={"rules": found["rules"]})


def _nobody_below_zero(auditor: Auditor) -> Check:
    found = figures(auditor, _NOBODY_BELOW_ZERO)
    seen = {name: found[name] for name in ("members", "members_with_a_debt")}
    wrong = {"members_below_zero": found["members_below_zero"]}
    return Check("no member is below zero", seen=seen, wrong=wrong)
