"""Runs of the month: each plan is what its hash says, each end is signed, nothing reserved."""

import json
from collections.abc import Mapping

from deploy.target import Target
from deploy.verify.books import Auditor, figures
from deploy.verify.check import Check
from shared.signed import is_genuine

# A top-up may still be taken back after its run has ended.
_RUNS = """
WITH planned AS (
    SELECT run_month, count(*) AS payouts, sum(amount) AS points,
           payout.plan_chain(concat_ws(',', payout_id, member_id, goal_id, kind, amount)
                             ORDER BY member_id, goal_id) AS plan_hash,
           count(*) FILTER (WHERE state NOT IN (
               'settled', 'released', 'returned', 'refused', 'cancelled', 'reversed')) AS open
    FROM payout.payouts WHERE run_month IS NOT NULL GROUP BY run_month
)
SELECT count(*) AS runs, count(ended_at) AS runs_ended,
       count(*) FILTER (WHERE runs.payouts <> coalesce(planned.payouts, 0)
                           OR runs.points <> coalesce(planned.points, 0)
                           OR (planned.payouts > 0 AND runs.plan_hash <> planned.plan_hash))
           AS plans_changed,
       count(*) FILTER (WHERE ended_at IS NOT NULL AND planned.open > 0) AS ended_too_early,
       count(*) FILTER (WHERE manifest::jsonb #>> '{manifest,plan_hash}'
                           <> encode(runs.plan_hash, 'hex')) AS manifests_of_another_plan
FROM payout.runs LEFT JOIN planned ON planned.run_month = runs.month
"""
_RESERVED = """
SELECT abs(coalesce((SELECT sum(reserved) FROM bonus_status.accounts), 0)
         - coalesce((SELECT sum(reserved) FROM payout.payouts WHERE state IN (
               'reserved', 'sending', 'unknown', 'accepted', 'held', 'completed', 'declined')),
           0))::bigint
       AS reserved_for_no_payout
"""
_MANIFESTS = "SELECT manifest FROM payout.runs WHERE manifest IS NOT NULL"


def checks(auditor: Auditor, system: Target) -> list[Check]:
    """Judge every run by the keys that payout shows."""
    keys: dict[str, str] = system.clerk("payout").get("/runs/manifest-keys").json()["keys"]
    return [runs(auditor, keys)]


def runs(auditor: Auditor, keys: Mapping[str, str]) -> Check:
    """Judge every run; `keys`: id → public key."""
    found = dict(figures(auditor, _RUNS)) | dict(figures(auditor, _RESERVED))
    seen = {name: found.pop(name) for name in ("runs", "runs_ended")}
    signed = [json.loads(row["manifest"]) for row in auditor.execute(_MANIFESTS)]
    found["manifests_not_signed"] = sum(not is_genuine(one, "manifest", keys) for one in signed)
    says = "each run paid what was planned, has a signed end, and leaves no points reserved"
    return Check(says, seen=seen, wrong=found)
