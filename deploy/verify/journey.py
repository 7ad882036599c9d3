"""Each step against the next: conversions and bonuses, payouts and the operator's statement."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from deploy.target import Target
from deploy.verify.books import Auditor, figures
from deploy.verify.check import Check

_PAGE = 1000

# The newest state of each conversion must be the one that its bonus was computed from.
_CONVERSIONS_AND_BONUSES = """
WITH lines AS (
    SELECT conversion_id, count(*) AS bonuses, max(conversion_version) AS version,
           max(paid_minor) AS paid_minor, max(status) AS status
    FROM bonus_status.bonuses WHERE conversion_id IS NOT NULL GROUP BY conversion_id
)
SELECT count(conversions.conversion_id) AS conversions,
       coalesce(sum(lines.bonuses), 0)::bigint AS bonuses,
       count(*) FILTER (WHERE lines.conversion_id IS NULL) AS conversions_without_bonus,
       count(*) FILTER (WHERE conversions.conversion_id IS NULL) AS bonuses_without_conversion,
       count(*) FILTER (WHERE lines.bonuses > 1) AS conversions_with_two,
       count(*) FILTER (WHERE lines.version <> conversions.version
                           OR lines.paid_minor <> conversions.paid_minor) AS out_of_date,
       count(*) FILTER (WHERE lines.status <> ALL (CASE conversions.status
           WHEN 'reported' THEN ARRAY['pending']
           WHEN 'approved_unfunded' THEN ARRAY['pending']
           WHEN 'approved' THEN ARRAY['accrued', 'written_off']
           ELSE ARRAY['rejected'] END)) AS in_another_status
FROM partner_postback.conversions AS conversions
FULL JOIN lines ON lines.conversion_id = conversions.conversion_id
"""
_PAYOUTS_ON_BOTH_SIDES = """
SELECT count(asked.payout_id) AS payouts,
       count(*) FILTER (WHERE asked.payout_id IS NULL OR held.payout_id IS NULL) AS on_one_side,
       count(*) FILTER (WHERE held.state <> CASE asked.state
           WHEN 'settled' THEN 'written_off' WHEN 'completed' THEN 'reserved'
           WHEN 'released' THEN 'released' WHEN 'declined' THEN 'reserved'
           WHEN 'returned' THEN 'returned' WHEN 'reversed' THEN 'written_off'
           WHEN 'refused' THEN 'refused' ELSE 'reserved' END) AS in_another_state,
       count(*) FILTER (WHERE asked.reserved <> held.amount AND asked.state <> 'refused')
           AS of_another_amount,
       count(*) FILTER (WHERE asked.state NOT IN ('settled', 'released', 'returned', 'refused'))
           AS unfinished
FROM (SELECT * FROM payout.payouts WHERE state NOT IN ('planned', 'cancelled')) AS asked
FULL JOIN bonus_status.payouts AS held USING (payout_id)
"""
# Executed once: the money went out, even if the operator took it back later.
_TOP_UPS_DONE = """
SELECT payout_id, reserved AS amount FROM payout.payouts
WHERE kind = 'top_up' AND state IN ('completed', 'settled', 'reversed', 'returned')
"""
_CERTIFICATES_DONE = """
WITH done AS (
    SELECT payout_id, reserved FROM payout.payouts
    WHERE kind = 'certificate' AND state IN ('completed', 'settled')
), issued AS (
    SELECT payout_id, count(*) AS certificates, sum(denomination) AS worth
    FROM payout.certificates GROUP BY payout_id
)
SELECT count(done.payout_id) AS certificate_payouts,
       coalesce(sum(issued.certificates), 0)::bigint AS certificates,
       count(*) FILTER (WHERE issued.payout_id IS NULL) AS without_certificate,
       count(*) FILTER (WHERE done.payout_id IS NULL) AS certificates_without_payout,
       count(*) FILTER (WHERE issued.certificates > 1) AS with_two,
       count(*) FILTER (WHERE issued.worth <> done.reserved) AS of_another_worth
FROM done FULL JOIN issued USING (payout_id)
"""
# A certificate is spent by exactly one redemption that stands, and that is worth all of it.
_CERTIFICATES_REDEEMED = """
WITH standing AS (
    SELECT certificate_id, count(*) AS redemptions, sum(pays_minor + burns_minor) AS worth
    FROM payout.redemptions WHERE cancelled_at IS NULL GROUP BY certificate_id
)
SELECT count(*) FILTER (WHERE status = 'issued') AS open_certificates,
       count(standing.certificate_id) AS redeemed_certificates,
       count(*) FILTER (WHERE (status = 'redeemed') <> (standing.certificate_id IS NOT NULL))
           AS spent_without_redemption,
       count(*) FILTER (WHERE standing.redemptions > 1) AS redeemed_twice,
       coalesce(sum(denomination * 100) FILTER (WHERE status <> 'issued')
                - sum(worth), 0)::bigint AS liability_off_minor
FROM payout.certificates LEFT JOIN standing USING (certificate_id)
"""


# `claims_on_the_way`: the event, or the job that records it, has not come so far. That a receipt's
# conversion is there is asked of all receipts (intake.py).
_CLAIMS_AND_CONVERSIONS = """
WITH recorded AS (
    SELECT transport_id::uuid AS claim_id, count(*) AS receipts,
           count(conversion_id) FILTER (WHERE verdict IN ('accepted', 'duplicate')) AS conversions,
           count(*) FILTER (WHERE verdict = 'held' OR code = 'refused_by_clerk') AS by_clerk
    FROM partner_postback.receipts
    WHERE source = 'claim' GROUP BY transport_id
)
SELECT count(*) FILTER (WHERE claims.state = 'accepted') AS accepted_claims,
       coalesce(sum(recorded.by_clerk), 0)::bigint AS claims_held_or_refused_by_a_clerk,
       count(*) FILTER (WHERE claims.state = 'accepted' AND recorded.claim_id IS NULL)
           AS claims_on_the_way,
       count(*) FILTER (WHERE claims.state = 'accepted'
                          AND recorded.conversions + recorded.by_clerk = 0) AS without_conversion,
       count(*) FILTER (WHERE recorded.receipts > 1) AS recorded_twice,
       count(*) FILTER (WHERE recorded.claim_id IS NOT NULL
                          AND claims.state IS DISTINCT FROM 'accepted') AS recorded_unaccepted
FROM bonus_status.claims FULL JOIN recorded USING (claim_id)
"""


def checks(auditor: Auditor, system: Target) -> list[Check]:
    """Judge the way of the money from the partner's report to the operator's statement."""
    return [
        conversions(auditor),
        claims(auditor),
        payouts(auditor),
        _paid_once(auditor, system),
        certificates(auditor),
    ]


def certificates(auditor: Auditor) -> Check:
    """Judge what salons redeemed: what was issued is open, redeemed or burnt."""
    found = dict(figures(auditor, _CERTIFICATES_REDEEMED))
    seen = {name: found.pop(name) for name in ("open_certificates", "redeemed_certificates")}
    says = "each certificate is open, or redeemed once: issued = open + redeemed + burnt"
    return Check(says, seen=seen, wrong=found)


def claims(auditor: Auditor) -> Check:
    """Judge accepted claims against what was recorded of them."""
    found = dict(figures(auditor, _CLAIMS_AND_CONVERSIONS))
    seen = {
        name: found.pop(name) for name in ("accepted_claims", "claims_held_or_refused_by_a_clerk")
    }
    says = "each accepted claim has its conversion exactly once, or a clerk who is asked about it"
    return Check(says, seen=seen, wrong=found)


def conversions(auditor: Auditor) -> Check:
    """Judge conversions against bonuses."""
    found = dict(figures(auditor, _CONVERSIONS_AND_BONUSES))
    seen = {name: found.pop(name) for name in ("conversions", "bonuses")}
    says = "each accepted conversion has its bonus exactly once, computed from its newest state"
    return Check(says, seen=seen, wrong=found)


def payouts(auditor: Auditor) -> Check:
    """Judge payouts against what bonus_status knows of them."""
    found = dict(figures(auditor, _PAYOUTS_ON_BOTH_SIDES))
    seen = {"payouts": found.pop("payouts")}
    says = "payout and bonus_status agree on every payout, and each has ended"
    return Check(says, seen=seen, wrong=found)


def _paid_once(auditor: Auditor, system: Target) -> Check:
    top_ups = compare_top_ups(auditor, list(_statement(system)))
    certificates = dict(figures(auditor, _CERTIFICATES_DONE))
    seen = {name: certificates.pop(name) for name in ("certificate_payouts", "certificates")}
    return Check(
        "each settled payout has exactly one top-up or certificate, and none two",
        seen={"top_up_payouts": top_ups.pop("top_up_payouts"), **seen},
        wrong={**top_ups, **certificates},
    )


def compare_top_ups(auditor: Auditor, statement: list[dict[str, Any]]) -> dict[str, int]:
    """Compare our payouts with the operator's own record of what it executed."""
    ours: dict[UUID, int] = {
        row["payout_id"]: row["amount"] for row in auditor.execute(_TOP_UPS_DONE)
    }
    executed = Counter(UUID(entry["idempotency_key"]) for entry in statement)
    amounts = {UUID(entry["idempotency_key"]): entry["amount_rubles"] for entry in statement}
    return {
        "top_up_payouts": len(ours),
        "not_executed": len(ours.keys() - executed.keys()),
        "executed_twice": sum(1 for times in executed.values() if times > 1),
        "executed_without_payout": len(executed.keys() - ours.keys()),
        "executed_with_another_amount": sum(
            1 for payout_id in ours.keys() & amounts.keys() if ours[payout_id] != amounts[payout_id]
        ),
    }


def _statement(system: Target) -> Iterator[dict[str, Any]]:
    billing = system.clerk("operator_billing")
    after, more = 0, True
    while more:
        page = billing.get("/top-ups", params={"after": after, "limit": _PAGE}).json()
        yield from page["data"]
        more = page["has_more"]
        after = page["data"][-1]["entry"] if page["data"] else after
