"""The manifest of a run: what was planned, folded into one hash, and how it ended, signed.

A line is a payout as it was planned; lines come in the order of members and goals, and each is
folded into the hash of those before it. So a plan written in chunks has its hash at its last chunk,
anybody with the list can compute it again, and a changed, missing or added payout changes it.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from services.payout.store.monthly_run.planning import Planned
from services.payout.store.monthly_run.runs import Run, Tally
from shared.schemas import rfc3339
from shared.signed import Signer


def fold(plan_hash: bytes, planned: Iterable[Planned]) -> bytes:
    """Fold the next payouts of a plan, in the order of members and goals, into its hash.

    The same as `plan_chain` of the database: sha256(hash so far + "payout,member,…,amount").
    """
    for one in planned:
        plan_hash = link(plan_hash, line(one))
    return plan_hash


def link(previous: bytes, text: str) -> bytes:
    """Fold one line into the hash of those before it."""
    return sha256(previous + text.encode()).digest()


def line(one: Planned) -> str:
    """Write a payout as its line: `0b6c…,91d2…,c0ff…,top_up,734`."""
    share = one.share
    return f"{one.payout_id},{one.member_id},{share.goal_id},{share.kind.value},{share.amount}"


def sign(
    run: Run, tallies: Sequence[Tally], skipped: Mapping[str, int], signer: Signer
) -> dict[str, Any]:
    """Answer the signed manifest of a run that has ended; points are rubles."""
    told = {
        "month": run.month,
        "state": run.state.value,
        "cutoff_at": rfc3339(run.cutoff_at),
        "begun_by": run.begun_by,
        "planned_at": run.planned_at and rfc3339(run.planned_at),
        "released_by": run.released_by,
        "released_at": run.released_at and rfc3339(run.released_at),
        "payouts": run.payouts,
        "points": run.points,
        "plan_hash": run.plan_hash.hex(),
        "outcome": [
            {
                "kind": one.kind,
                "state": one.state,
                "reason": one.reason,
                "payouts": one.payouts,
                "points": one.amount,
            }
            for one in tallies
        ],
        "skipped": dict(skipped),
    }
    return signer.envelope("manifest", told)
