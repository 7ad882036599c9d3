"""Loading and saving the books of one batch: a handful of statements, however many messages it has.

A member's account row is the lock of everything the member has, so bonuses need none of their own.
Accounts are locked, rules and store balances moved in the order of their ids: two writers cannot
deadlock.
New bonuses and postings are unique in the database: of two copies of this consumer, one loses.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection

from services.bonus_status.books import Books
from services.bonus_status.domain import Bonus, ConversionStatus, Source, Status
from services.bonus_status.ledger import Account, Posting
from shared import event_log
from shared.arrays import array, columns
from shared.database import raw

_COLUMNS = Bonus.__struct_fields__
_UUIDS = {"bonus_id", "conversion_id", "member_id", "terms_id", "payout_id", "follows"}
SELECTED = ", ".join(f"{name}::text" if name in _UUIDS else name for name in _COLUMNS)
_SOURCE = _COLUMNS.index("source")
_STATUS = _COLUMNS.index("status")
_CONVERSION_STATUS = _COLUMNS.index("conversion_status")
_row_of: Callable[[Bonus], tuple[object, ...]] = attrgetter(*_COLUMNS)
_balances_of: Callable[[Account], tuple[object, ...]] = attrgetter(
    *("member_id", "version", "pending", "accrued", "reserved", "written_off", "debt"),
    "first_purchase_id",
)

_TYPES = dict.fromkeys(_COLUMNS, "bigint")
_TYPES |= dict.fromkeys(_UUIDS, "uuid")
_TYPES |= {name: "timestamptz" for name in _COLUMNS if name.endswith("_at")}
_TYPES |= dict.fromkeys(("source", "store_id", "order_id", "rule_id", "status"), "text")
_TYPES |= dict.fromkeys(("currency", "category", "conversion_status"), "text")
_TYPES |= dict.fromkeys(("reason", "credited_by"), "text")
_POSTING_TYPES = dict.fromkeys(Posting._fields, "text")
_POSTING_TYPES |= dict.fromkeys(("member_id", "bonus_id", "payout_id", "event_id"), "uuid")
_POSTING_TYPES |= {"amount": "bigint", "posted_at": "timestamptz"}
_NEVER_CHANGES = {
    *("member_id", "source", "opened_at", "conversion_id", "store_id", "order_id", "terms_id"),
    *("clicked_at", "ordered_at", "expected_at", "rule_id", "rule_version"),
}
_CHANGING = [name for name in _COLUMNS if name not in {"bonus_id", *_NEVER_CHANGES}]
_changing_of: Callable[[Bonus], tuple[object, ...]] = attrgetter("bonus_id", *_CHANGING)


def _arrays(names: Iterable[str]) -> str:
    return ", ".join(f"%s::{_TYPES[name]}[]" for name in names)


_LOCK_ACCOUNTS = """
SELECT member_id::text, member_status, version, pending, accrued, reserved, written_off, debt,
       first_purchase_id::text, was_here_before, chain_hash
FROM accounts WHERE member_id = ANY(%s::uuid[]) ORDER BY accounts.member_id FOR UPDATE
"""
_IS_MEMBER = "SELECT FROM accounts WHERE member_id = %s AND member_status IN ('active', 'blocked')"
_LOCK_STATUS = "SELECT member_status FROM accounts WHERE member_id = %s FOR SHARE"
_OPEN_ACCOUNTS = """
INSERT INTO accounts (member_id) SELECT * FROM unnest(%s::uuid[]) ON CONFLICT DO NOTHING
"""
_SAVE_ACCOUNTS = """
UPDATE accounts SET version = new.version, pending = new.pending, accrued = new.accrued,
    reserved = new.reserved, written_off = new.written_off, debt = new.debt,
    first_purchase_id = new.first_purchase_id, chain_hash = decode(new.chain_hash, 'hex')
FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
            %s::bigint[], %s::uuid[], %s::text[])
    AS new (member_id, version, pending, accrued, reserved, written_off, debt, first_purchase_id,
            chain_hash)
WHERE accounts.member_id = new.member_id AND accounts.member_id = ANY(%s::uuid[])
"""
_BY_ID = f"SELECT {SELECTED} FROM bonuses WHERE bonus_id = ANY(%s::uuid[])"  # noqa: S608 - columns
_OPEN_OF_MEMBERS = f"""
SELECT {SELECTED} FROM bonuses WHERE member_id = ANY(%s::uuid[]) AND available <> 0
"""  # noqa: S608 - columns
_FOLLOWERS = f"SELECT {SELECTED} FROM bonuses WHERE follows = ANY(%s::uuid[])"  # noqa: S608 - columns
_FALLEN_FIRST = f"""
SELECT {SELECTED} FROM bonuses
WHERE member_id = ANY(%s::uuid[]) AND source = 'first_purchase' AND status = 'rejected'
"""  # noqa: S608 - columns
_STANDING_PURCHASES = f"""
SELECT {SELECTED} FROM bonuses
WHERE member_id = ANY(%s::uuid[]) AND source = 'purchase' AND status <> 'rejected'
"""  # noqa: S608 - columns
_SAVE_BONUSES = f"""
UPDATE bonuses SET {", ".join(f"{name} = new.{name}" for name in _CHANGING)}
FROM unnest({_arrays(["bonus_id", *_CHANGING])}) AS new (bonus_id, {", ".join(_CHANGING)})
WHERE bonuses.bonus_id = new.bonus_id AND bonuses.bonus_id = ANY(%s::uuid[])
"""  # noqa: S608 - columns
_MOVE_RULES = """
UPDATE bonus_rules SET granted = bonus_rules.granted + moved.granted
FROM (SELECT * FROM unnest(%s::text[], %s::bigint[])) AS moved (rule_id, granted)
WHERE bonus_rules.rule_id = moved.rule_id
"""
_MOVE_STORES = """
INSERT INTO store_balances (store_id, owed) SELECT * FROM unnest(%s::text[], %s::bigint[])
ON CONFLICT (store_id) DO UPDATE SET owed = store_balances.owed + excluded.owed
"""


def lock_accounts(connection: Connection, member_ids: Iterable[str]) -> dict[str, Account]:
    """Lock the members' accounts, opening those that are new, and answer them."""
    wanted = sorted(set(member_ids))
    accounts = _lock(connection, wanted)
    missing = [member_id for member_id in wanted if member_id not in accounts]
    if missing:
        raw(connection).execute(_OPEN_ACCOUNTS, [array(missing)])
        accounts |= _lock(connection, missing)
    return accounts


def bonuses_by_id(connection: Connection, bonus_ids: Iterable[str]) -> list[Bonus]:
    """Answer the bonuses that exist; lock their members' accounts first."""
    return _bonuses(connection, _BY_ID, bonus_ids)


def open_bonuses(connection: Connection, member_ids: Iterable[str]) -> list[Bonus]:
    """Answer the members' bonuses that have something to spend or a debt left behind."""
    return _bonuses(connection, _OPEN_OF_MEMBERS, member_ids)


def is_member(connection: Connection, member_id: str) -> bool:
    """Tell whether the member was heard of and not erased."""
    return raw(connection).execute(_IS_MEMBER, [member_id]).fetchone() is not None


def is_erased(connection: Connection, member_id: str) -> bool:
    """Tell whether the member was erased; if not, he is not before the transaction ends."""
    row = raw(connection).execute(_LOCK_STATUS, [member_id]).fetchone()
    return row is not None and row[0] == "erased"


def followers(connection: Connection, purchase_ids: Iterable[str]) -> list[Bonus]:
    """Answer the bonuses that follow these purchases."""
    return _bonuses(connection, _FOLLOWERS, purchase_ids)


def fallen_first_purchases(connection: Connection, member_ids: Iterable[str]) -> list[Bonus]:
    """Answer the members' bonuses for first purchases of which none stands."""
    return _bonuses(connection, _FALLEN_FIRST, member_ids)


def standing_purchases(connection: Connection, member_ids: Iterable[str]) -> list[Bonus]:
    """Answer all purchases of the members that were not rejected."""
    return _bonuses(connection, _STANDING_PURCHASES, member_ids)


def save(connection: Connection, books: Books) -> None:
    """Write all that the batch changed, events included.

    In a pipeline the server works on one statement while the next one is put together here.
    """
    accounts = books.accounts.values()
    ends = {one.member_id: one.chain_hash for one in accounts}
    ends |= event_log.add_chained(connection, books.said, ends)
    with raw(connection).pipeline():
        _add(connection, "bonuses", _TYPES, [_row_of(books.bonuses[one]) for one in books.new])
        changed = books.changed - books.new
        _update(connection, _SAVE_BONUSES, [_changing_of(books.bonuses[one]) for one in changed])
        _add(connection, "postings", _POSTING_TYPES, books.postings)
        rows = [(*_balances_of(one), ends[one.member_id].hex()) for one in accounts]
        _update(connection, _SAVE_ACCOUNTS, rows)
        # Last, because many batches move the same ones: the fewer moments they wait, the better.
        for moved in sorted(books.rule_gave.items()):
            _run(connection, _MOVE_RULES, [moved])
        _run(connection, _MOVE_STORES, sorted(books.store_owes.items()))


def _lock(connection: Connection, member_ids: Sequence[str]) -> dict[str, Account]:
    rows = raw(connection).execute(_LOCK_ACCOUNTS, [array(member_ids)]).fetchall()
    return {row[0]: Account(*row) for row in rows}  # type: ignore[arg-type, misc]


def _bonuses(connection: Connection, query: str, ids: Iterable[str]) -> list[Bonus]:
    wanted = list(ids)
    if not wanted:
        return []
    return [bonus_of(row) for row in raw(connection).execute(query, [array(wanted)]).fetchall()]


def bonus_of(row: Sequence[Any]) -> Bonus:
    """Build a bonus from its columns."""
    values = list(row)
    values[_STATUS] = Status(values[_STATUS])
    values[_SOURCE] = Source(values[_SOURCE])
    if values[_CONVERSION_STATUS] is not None:
        values[_CONVERSION_STATUS] = ConversionStatus(values[_CONVERSION_STATUS])
    return Bonus(*values)


def _run(connection: Connection, statement: str, rows: Sequence[Sequence[object]]) -> None:
    if rows:
        raw(connection).execute(statement, columns(rows))


def _add(
    connection: Connection, table: str, types: Mapping[str, str], rows: Sequence[Sequence[object]]
) -> None:
    """Add rows; a column that none of them fills is not sent, for it costs as much as the others.

    Of a new purchase's bonus that is half of the columns.
    """
    if not rows:
        return
    all_columns = dict(zip(types, zip(*rows, strict=True), strict=True))
    filled = {
        name: column
        for name, column in all_columns.items()
        if any(value is not None for value in column)
    }
    arrays = ", ".join(f"%s::{types[name]}[]" for name in filled)
    adding = f"INSERT INTO {table} ({', '.join(filled)}) SELECT * FROM unnest({arrays})"  # noqa: S608
    raw(connection).execute(adding, [array(column) for column in filled.values()])


def _update(connection: Connection, statement: str, rows: Sequence[Sequence[object]]) -> None:
    # The keys are given twice: by the join alone the planner may read the whole table for a batch.
    if rows:
        keys, *rest = columns(rows)
        raw(connection).execute(statement, [keys, *rest, keys])
