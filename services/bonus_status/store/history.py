"""What members and clerks read: balances, pages of bonuses, one bonus; keyset pages."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from services.bonus_status.domain import Bonus
from services.bonus_status.ledger import Account
from services.bonus_status.spending import Spent
from services.bonus_status.store import delays
from services.bonus_status.store.heard import read_rates
from services.bonus_status.store.ledger import SELECTED, bonus_of
from services.bonus_status.telling.expected import Delay
from services.bonus_status.terms import Rate
from shared.arrays import array
from shared.database import raw

_BALANCE = """
SELECT member_id::text, member_status, version, pending, accrued, reserved, written_off, debt,
       first_purchase_id::text
FROM accounts WHERE member_id = %s
"""
_READ = f"""
SELECT {SELECTED},
    (SELECT name FROM stores WHERE stores.store_id = bonuses.store_id),
    (SELECT rates FROM terms WHERE terms.terms_id = bonuses.terms_id),
    (SELECT sentence FROM bonus_rule_versions AS rule
     WHERE (rule.rule_id, rule.version) = (bonuses.rule_id, bonuses.rule_version))
FROM bonuses
"""  # noqa: S608 - columns
_PAGE = f"""{_READ}
WHERE member_id = %(member_id)s AND (%(status)s::text IS NULL OR status = %(status)s)
  AND opened_at >= coalesce(%(begins)s, '-infinity'::timestamptz)
  AND opened_at < coalesce(%(ends)s, 'infinity'::timestamptz)
  AND (opened_at, bonus_id) < (coalesce(%(last_at)s, 'infinity'::timestamptz),
                               coalesce(%(last_id)s, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid))
ORDER BY bonuses.opened_at DESC, bonuses.bonus_id DESC LIMIT %(limit)s
"""
_DEBTS = f"""{_READ}
WHERE member_id = %s AND available < 0 ORDER BY bonuses.opened_at, bonuses.bonus_id LIMIT 100
"""
_ONE = f"{_READ} WHERE bonus_id = %s"
_SPENT = """
SELECT bonus_id::text, payout_id::text, run_month, kind, state, reservations.amount
FROM reservations JOIN payouts USING (payout_id)
WHERE bonus_id = ANY(%s::uuid[]) AND reservations.amount > 0
  AND state IN ('reserved', 'written_off')
ORDER BY run_month, payout_id
"""


@dataclass(frozen=True, slots=True)
class Told:
    """A bonus with all that explains it; `sentence`: what its rule tells members.

    A bonus that is of no purchase has no store and no rates.
    """

    bonus: Bonus
    store_name: str | None
    rates: tuple[Rate, ...]
    sentence: str | None
    spent_on: Sequence[Spent]
    delay: Delay | None


@dataclass(frozen=True, slots=True)
class Asked:
    """Which bonuses to list: newest first, after a place when one is given."""

    status: str | None
    begins: datetime | None
    ends: datetime | None
    limit: int
    last_at: datetime | None = None
    last_id: UUID | None = None


def account(connection: Connection, member_id: UUID) -> Account:
    """Answer the member's account; all zero for a member who never earned a point."""
    row = raw(connection).execute(_BALANCE, [member_id]).fetchone()
    return Account(str(member_id)) if row is None else Account(*row)  # type: ignore[arg-type]


def page(connection: Connection, member_id: UUID, asked: Asked) -> list[Told]:
    """Answer a page of the member's bonuses."""
    parameters = {
        "member_id": member_id,
        "status": asked.status,
        "begins": asked.begins,
        "ends": asked.ends,
        "last_at": asked.last_at,
        "last_id": asked.last_id,
        "limit": asked.limit,
    }
    return _told(connection, raw(connection).execute(_PAGE, parameters).fetchall())


def debts(connection: Connection, member_id: UUID) -> list[Told]:
    """Answer the bonuses of a member that leave a debt, the oldest first, at most 100."""
    return _told(connection, raw(connection).execute(_DEBTS, [member_id]).fetchall())


def one(connection: Connection, bonus_id: UUID) -> Told | None:
    """Answer one bonus, whoever's it is."""
    return next(iter(_told(connection, raw(connection).execute(_ONE, [bonus_id]).fetchall())), None)


def _told(connection: Connection, rows: Sequence[tuple[object, ...]]) -> list[Told]:
    read = [(bonus_of(row[:-3]), row[-3], row[-2], row[-1]) for row in rows]
    spent: defaultdict[str, list[Spent]] = defaultdict(list)
    ids = [bonus.bonus_id for bonus, *_ in read]
    for row in raw(connection).execute(_SPENT, [array(ids)]).fetchall():
        spent[str(row[0])].append(Spent(*row[1:]))  # type: ignore[arg-type]
    took = delays.of_stores(connection, {one.store_id for one, *_ in read if one.store_id})
    return [
        Told(
            bonus,
            _text(name) or bonus.store_id,
            () if rates is None else read_rates(str(rates)),
            _text(sentence),
            spent[bonus.bonus_id],
            took.get(bonus.store_id or ""),
        )
        for bonus, name, rates, sentence in read
    ]


def _text(value: object) -> str | None:
    return None if value is None else str(value)
