"""What payouts asked of this service, and what each bonus gave to them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from services.bonus_status.ledger import Spending
from services.bonus_status.spending import PayoutState
from shared.arrays import array, columns
from shared.database import raw

_PAYOUTS = """
SELECT payout_id::text, member_id::text, run_month, kind, state, amount, reason
FROM payouts WHERE payout_id = ANY(%s::uuid[])
"""
_SHARES = """
SELECT payout_id::text, bonus_id::text, amount FROM reservations WHERE payout_id = ANY(%s::uuid[])
"""
_SPENT = """
SELECT bonus_id::text, payout_id::text, reservations.amount
FROM reservations JOIN payouts USING (payout_id)
WHERE bonus_id = ANY(%s::uuid[]) AND state = 'written_off' AND reservations.amount > 0
ORDER BY run_month, payout_id
"""
_SAVE_PAYOUTS = """
INSERT INTO payouts (payout_id, member_id, run_month, kind, state, amount, reason)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::bigint[],
                     %s::text[])
ON CONFLICT (payout_id) DO UPDATE SET
    state = excluded.state, amount = excluded.amount, reason = excluded.reason
"""
_SAVE_SHARES = """
INSERT INTO reservations (payout_id, bonus_id, amount)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[])
ON CONFLICT (payout_id, bonus_id) DO UPDATE SET amount = excluded.amount
"""


@dataclass(slots=True)
class Payout:
    """A payout as this service knows it; `shares`: what each bonus gave, set aside or spent."""

    payout_id: str
    member_id: str
    run_month: str
    kind: str
    state: PayoutState | None
    amount: int
    reason: str | None = None
    shares: dict[str, int] = field(default_factory=dict)


def load(connection: Connection, payout_ids: Iterable[str]) -> dict[str, Payout]:
    """Answer the payouts that are known; lock their members' accounts first."""
    wanted = array(list(payout_ids))
    rows = raw(connection).execute(_PAYOUTS, [wanted]).fetchall()
    found = {str(row[0]): _payout(row) for row in rows}
    for payout_id, bonus_id, amount in raw(connection).execute(_SHARES, [wanted]).fetchall():
        found[str(payout_id)].shares[str(bonus_id)] = int(str(amount))
    return found


def spent_of(connection: Connection, bonus_ids: Iterable[str]) -> dict[str, list[Spending]]:
    """Answer what payouts took of each bonus, the oldest first."""
    spent: dict[str, list[Spending]] = {}
    wanted = list(bonus_ids)
    if wanted:
        for row in raw(connection).execute(_SPENT, [array(wanted)]).fetchall():
            spent.setdefault(str(row[0]), []).append((str(row[1]), int(str(row[2]))))
    return spent


def save(connection: Connection, payouts: Sequence[Payout]) -> None:
    """Keep the payouts and their shares."""
    rows = [
        (one.payout_id, one.member_id, one.run_month, one.kind, one.state, one.amount, one.reason)
        for one in payouts
    ]
    raw(connection).execute(_SAVE_PAYOUTS, columns(rows))
    shares = [(one.payout_id, *share) for one in payouts for share in one.shares.items()]
    if shares:
        raw(connection).execute(_SAVE_SHARES, columns(shares))


def _payout(row: Sequence[object]) -> Payout:
    payout_id, member_id, run_month, kind, state, amount, reason = row
    return Payout(
        str(payout_id),
        str(member_id),
        str(run_month),
        str(kind),
        PayoutState(str(state)),
        int(str(amount)),
        None if reason is None else str(reason),
    )
