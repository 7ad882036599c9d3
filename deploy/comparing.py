"""How the money of a rebuilt schema differs from what is live, read by the auditor.

Whoever was told of more since the rebuild (his account's version is higher) is not compared: that
is no difference of the same events. While there are such members, the sums of stores and rules
are not compared either. By other rules an account may be told of less, so that no version says who
lags behind: nobody is left out, and how many events the rebuild has yet to apply is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from psycopg import sql

from deploy.target import Target

_LIVE = "bonus_status"
_OF_MEMBERS = ("account", "bonuses", "postings")
_STATEMENT_SECONDS = 300
_IS_REBUILT = "SELECT count(*) FROM pg_tables WHERE schemaname = %s AND tablename = 'rebuilt'"
# What one schema says of everybody's money: (owner, book, name, amount).
_ACCOUNTS = """
SELECT member_id::text AS owner, 'account' AS book, name, amount::bigint FROM {schema}.accounts
CROSS JOIN LATERAL (VALUES ('pending', pending), ('accrued', accrued), ('reserved', reserved),
                           ('written_off', written_off), ('debt', debt)) AS kept (name, amount)
WHERE amount <> 0
"""
_OTHER_BOOKS = """
UNION ALL
SELECT member_id::text, 'bonuses', name, sum(held.amount)::bigint FROM {schema}.bonuses
CROSS JOIN LATERAL (VALUES
    ('pending', CASE status WHEN 'pending' THEN bonuses.amount ELSE 0 END),
    ('accrued', greatest(available, 0)), ('reserved', reserved), ('written_off', written_off),
    ('debt', greatest(-available, 0))) AS held (name, amount)
GROUP BY member_id, name HAVING sum(held.amount) <> 0
UNION ALL
SELECT member_id::text, 'postings', place, sum(points)::bigint FROM {schema}.postings
CROSS JOIN LATERAL (VALUES (source, -amount), (destination, amount)) AS legs (place, points)
GROUP BY member_id, place HAVING sum(points) <> 0
UNION ALL
SELECT store_id, 'store', 'owed', owed FROM {schema}.store_balances WHERE owed <> 0
UNION ALL
SELECT rule_id, 'rule', 'granted', granted FROM {schema}.bonus_rules WHERE granted <> 0
"""
_DIFFERENCES = """
WITH live AS ({live}), again AS ({again})
SELECT owner, book, name, coalesce(live.amount, 0), coalesce(again.amount, 0)
FROM live FULL JOIN again USING (owner, book, name)
WHERE coalesce(live.amount, 0) <> coalesce(again.amount, 0)
ORDER BY abs(coalesce(again.amount, 0) - coalesce(live.amount, 0)) DESC, owner, book, name
"""
_MOVED_ON = """
SELECT live.member_id::text FROM {live}.accounts AS live LEFT JOIN {again}.accounts AS again
USING (member_id) WHERE live.version > coalesce(again.version, 0)
"""
# Places are taken in commit order as far as a rebuild goes: it waits for whoever began to note one.
_BEHIND = """
SELECT coalesce(sum(cardinality(versions)), 0)::bigint, (SELECT rules <> '' FROM {again}.rebuilt)
FROM {live}.applied WHERE place > coalesce((SELECT place FROM {again}.rebuilt), 0)
"""
_MEMBERS = "SELECT count(*) FROM {live}.accounts"


class NotRebuilt(Exception):
    """There is no such rebuild, or a crash of the server has emptied it."""

    def __init__(self, schema: str) -> None:
        """Say what to do."""
        super().__init__(f"{schema!r} is no rebuild; make it: cashback rebuild --into {schema}")


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure that differs; `book`: account, bonuses, postings (of a member), store or rule."""

    owner: str
    book: str
    name: str
    live: int
    rebuilt: int

    @property
    def by(self) -> int:
        """Answer by how much the rebuilt figure is higher."""
        return self.rebuilt - self.live


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every figure that differs, the largest difference first, and of how many members.

    `moved_on`: members left out because they went on since; `behind`: events and commands that the
    rebuild has yet to apply; `has_rules`: it was begun with rules of its own.
    """

    all: list[Difference]
    members: int
    moved_on: int
    behind: int
    has_rules: bool

    @property
    def totals(self) -> Mapping[str, int]:
        """Answer by how much each balance of all accounts together differs."""
        totals: dict[str, int] = {}
        for one in self.all:
            if one.book == "account":
                totals[one.name] = totals.get(one.name, 0) + one.by
        return totals

    @property
    def owners(self) -> int:
        """Answer how many members have a figure that differs."""
        return len({one.owner for one in self.all if one.book in _OF_MEMBERS})


def compare(system: Target, schema: str, *, by_other_rules: bool) -> Comparison:
    """Compare in one snapshot; raises NotRebuilt. By other rules: the accounts alone, of all."""
    options = f"-c statement_timeout={_STATEMENT_SECONDS}s"
    with psycopg.connect(system.auditor_dsn, options=options) as auditor:
        auditor.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        known = auditor.execute(_IS_REBUILT, [schema]).fetchone()
        if not known or not known[0]:
            raise NotRebuilt(schema)
        names = {"live": sql.Identifier(_LIVE), "again": sql.Identifier(schema)}
        behind = auditor.execute(sql.SQL(_BEHIND).format(**names)).fetchone()
        if behind is None or behind[1] is None:
            raise NotRebuilt(schema)
        moved_on = set()
        if not by_other_rules:
            rows = auditor.execute(sql.SQL(_MOVED_ON).format(**names)).fetchall()
            moved_on = {str(member_id) for (member_id,) in rows}
        members = auditor.execute(sql.SQL(_MEMBERS).format(**names)).fetchone()
        figures = sql.SQL(_ACCOUNTS if by_other_rules else _ACCOUNTS + _OTHER_BOOKS)
        sides = {name: figures.format(schema=one) for name, one in names.items()}
        rows = auditor.execute(sql.SQL(_DIFFERENCES).format(**sides)).fetchall()
    found = [Difference(*row) for row in rows if row[0] not in moved_on]
    if moved_on:
        found = [one for one in found if one.book in _OF_MEMBERS]
    assert members is not None
    return Comparison(found, int(members[0]), len(moved_on), int(behind[0]), bool(behind[1]))
