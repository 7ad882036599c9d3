"""Promo codes, how often each was used, and wrong tries at them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from shared.arrays import array
from shared.database import raw

_ADD = """
INSERT INTO promo_codes (code, rule_id, most_uses, reason, clerk, made_at)
SELECT code, %s, %s, %s, %s, %s FROM unnest(%s::text[]) AS new (code) ORDER BY code
ON CONFLICT DO NOTHING
"""
_FIND = "SELECT code, rule_id, most_uses, used FROM promo_codes WHERE code = %s"
# The row's lock decides between two members who use it for the last time at once.
_USE = "UPDATE promo_codes SET used = used + 1 WHERE code = %s AND used < most_uses"
_KEEP_USE = "INSERT INTO promo_code_uses (bonus_id, code) VALUES (%s, %s)"
_ONE_USE = """
SELECT code, member_id::text, opened_at FROM promo_code_uses JOIN bonuses USING (bonus_id)
WHERE bonus_id = %s
"""
_MADE = """
SELECT rule_id, most_uses, reason, clerk, made_at FROM promo_codes WHERE code = %s
"""
_OF_RULE = """
SELECT code, rule_id, most_uses, used FROM promo_codes
WHERE rule_id = %s AND code > %s ORDER BY code LIMIT %s
"""
_NOTE_TRY = "INSERT INTO promo_tries (member_id, tried_at) VALUES (%s, %s)"
_COUNT_TRIES = "SELECT count(*) FROM promo_tries WHERE member_id = %s AND tried_at > %s"
_FORGET_TRIES = "DELETE FROM promo_tries WHERE member_id = %s AND tried_at <= %s"


TOPIC = "promo-codes"  # under which a use has its place among what was applied


@dataclass(frozen=True, slots=True)
class PromoCode:
    """A code and how often it may be and was used."""

    code: str
    rule_id: str
    most_uses: int
    used: int


def add(  # noqa: PLR0913, PLR0917 - one row, its parts
    connection: Connection,
    codes: Sequence[str],
    rule_id: str,
    most_uses: int,
    reason: str,
    clerk: str,
    now: datetime,
) -> int:
    """Keep new codes; answers how many were new."""
    row = [rule_id, most_uses, reason, clerk, now, array(sorted(set(codes)))]
    return raw(connection).execute(_ADD, row).rowcount


def find(connection: Connection, code: str) -> PromoCode | None:
    """Answer a code."""
    row = raw(connection).execute(_FIND, [code]).fetchone()
    return None if row is None else PromoCode(*row)  # type: ignore[arg-type]


def use(connection: Connection, code: str) -> bool:
    """Use a code once more; answers whether a use was left."""
    return raw(connection).execute(_USE, [code]).rowcount == 1


def keep_use(connection: Connection, code: str, bonus_id: str) -> None:
    """Keep which code a bonus was given for."""
    raw(connection).execute(_KEEP_USE, [bonus_id, code])


def one_use(connection: Connection, bonus_id: str) -> tuple[str, str, datetime]:
    """Answer the code that a bonus was given for, to whom, and when."""
    row = raw(connection).execute(_ONE_USE, [bonus_id]).fetchone()
    assert row is not None
    return row  # type: ignore[return-value]


def made(connection: Connection, code: str) -> dict[str, Any]:
    """Answer a code as `add` takes it."""
    row = raw(connection).execute(_MADE, [code]).fetchone()
    assert row is not None
    said = dict(zip(("rule_id", "most_uses", "reason", "clerk", "now"), row, strict=True))
    return {"codes": [code], **said}


def of_rule(connection: Connection, rule_id: str, after: str, limit: int) -> list[PromoCode]:
    """Answer the codes of a rule in their order."""
    rows = raw(connection).execute(_OF_RULE, [rule_id, after, limit]).fetchall()
    return [PromoCode(*row) for row in rows]  # type: ignore[arg-type]


def tries(connection: Connection, member_id: str, now: datetime, within: timedelta) -> int:
    """Count the member's wrong tries, and forget the older ones; lock the account first."""
    raw(connection).execute(_FORGET_TRIES, [member_id, now - within])
    row = raw(connection).execute(_COUNT_TRIES, [member_id, now - within]).fetchone()
    return int(str(row[0])) if row else 0


def note_try(connection: Connection, member_id: str, now: datetime) -> None:
    """Note a wrong try."""
    raw(connection).execute(_NOTE_TRY, [member_id, now])
