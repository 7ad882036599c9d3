"""Whether the ledger's books agree, told by one scan of each table: sums weighted by owner.

Grouping a million postings by member costs ten scans. So each member gets a random weight w (32
bits of a hash with a seed drawn for this run), and of each balance only the sum of w x amount over
all members is compared, modulo a prime p. If the books agree, so do the sums. If they differ for
some member by d, not a multiple of p, then whatever the other weights are, at most two of the 2**32
weights that this member may have make the sums agree all the same: a fault of one member, of two
that cancel out, or of many is missed with a probability of at most 2**-31, and anew in each run.
Not seen are faults that are multiples of p for everybody: 4 294 967 291 points and more. Stores and
rules are weighted alike. Who it is that differs is then asked of each of them (books.py).
"""

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

# Remainders times weights stay within bigint.
_PRIME = 4_294_967_291
_PLACES = {
    "pending": "member_pending",
    "accrued": "member_accrued",
    "reserved": "member_reserved",
    "written_off": "written_off",
}
_MEMBER = "(uuid_hash_extended(member_id, %(seed)s) >> 32)"
_STORE = "(hashtextextended(store_id, %(seed)s) >> 32)"
_RULE = "(hashtextextended(rule_id, %(seed)s) >> 32)"
_PAYER = "(hashtextextended(coalesce(store_id, rule_id), %(seed)s) >> 32)"


def _sum(amount: str, weight: str) -> str:
    return f"coalesce(sum(({amount}) %% {_PRIME} * {weight}), 0)"


_POSTINGS = f"""
SELECT source, destination, count(*) AS postings,
       count(*) FILTER (WHERE amount <= 0 OR source = destination) AS unbalanced,
       {_sum("amount", _MEMBER)} AS members, {_sum("amount", _PAYER)} AS payers
FROM bonus_status.postings GROUP BY source, destination
"""  # noqa: S608 - columns
_ACCOUNTS = f"""
SELECT count(*) AS members, {", ".join(f"{_sum(one, _MEMBER)} AS {one}" for one in _PLACES)},
       {_sum("debt", _MEMBER)} AS debt
FROM bonus_status.accounts
"""  # noqa: S608 - columns
_BONUSES = f"""
SELECT count(*) AS bonuses,
       {_sum("CASE status WHEN 'pending' THEN amount ELSE 0 END", _MEMBER)} AS pending,
       {_sum("greatest(available, 0)", _MEMBER)} AS accrued,
       {_sum("reserved", _MEMBER)} AS reserved, {_sum("written_off", _MEMBER)} AS written_off,
       {_sum("greatest(-available, 0)", _MEMBER)} AS debt,
       {_sum("CASE status WHEN 'rejected' THEN 0 ELSE amount END", _PAYER)} AS payers
FROM bonus_status.bonuses
"""  # noqa: S608 - columns
_STORES = f"""
SELECT count(*) AS stores, {_sum("owed", _STORE)} AS owed FROM bonus_status.store_balances
"""  # noqa: S608 - columns
_RULES = f"SELECT {_sum('granted', _RULE)} AS granted FROM bonus_status.bonus_rules"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many there are, and which books agree with each other."""

    postings: int
    unbalanced: int
    members: int
    stores: int
    bonuses: int
    accounts_with_postings: bool
    accounts_with_bonuses: bool
    stores_with_postings: bool
    rules_with_postings: bool
    payers_with_bonuses: bool


def compared(auditor: psycopg.Connection[dict[str, Any]]) -> Agreement:
    """Compare the books."""
    seed = {"seed": secrets.randbits(62)}
    groups = auditor.execute(_POSTINGS.encode(), seed).fetchall()
    accounts, bonuses, stores, rules = (
        auditor.execute(query.encode(), seed).fetchall()[0]
        for query in (_ACCOUNTS, _BONUSES, _STORES, _RULES)
    )
    posted = _posted(groups, "members")
    paid = _posted(groups, "payers")
    balances = {name: posted[place] for name, place in _PLACES.items()}
    balances["debt"] = -posted["member_debt"]
    return Agreement(
        sum(one["postings"] for one in groups),
        sum(one["unbalanced"] for one in groups),
        accounts["members"],
        stores["stores"],
        bonuses["bonuses"],
        all(_agree(accounts[name], balances[name]) for name in balances),
        all(_agree(accounts[name], bonuses[name]) for name in balances),
        _agree(stores["owed"], -paid["store_receivable"]),
        _agree(rules["granted"], -paid["operator_margin"]),
        _agree(stores["owed"] + rules["granted"], bonuses["payers"]),
    )


def _posted(groups: list[dict[str, Any]], whose: str) -> Mapping[str, int]:
    posted: Counter[str] = Counter()
    for one in groups:
        posted[one["source"]] -= int(one[whose])
        posted[one["destination"]] += int(one[whose])
    return posted


def _agree(one: int, other: int) -> bool:
    return (int(one) - int(other)) % _PRIME == 0
