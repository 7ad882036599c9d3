"""What proves one bonus: its events in the member's chain, its postings, its payouts, its click."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, cast

import msgspec
from sqlalchemy import Connection

from services.bonus_status.domain import Bonus
from services.bonus_status.schemas import ClickView
from shared import chain
from shared.database import raw

_OF_MEMBER = "topic = 'bonuses' AND aggregate_id = %s"
_MESSAGES = f"""
SELECT version, message FROM event_log WHERE {_OF_MEMBER} AND position(%s IN message) > 0
ORDER BY version
"""  # noqa: S608 - a constant
_LINKS = f"""
SELECT version, encode(sha256(convert_to(message, 'UTF8')), 'hex') FROM event_log
WHERE {_OF_MEMBER} AND version BETWEEN %s AND %s ORDER BY version
"""  # noqa: S608 - a constant
_END = f"SELECT chain_hash FROM event_log WHERE {_OF_MEMBER} AND version = %s"  # noqa: S608
# A fact begins with the id of its bonus, and facts are indexed in the order of their bytes.
_POSTINGS = """
SELECT fact, source, destination, amount, payout_id::text, event_id::text, corrects,
       corrects_payout, posted_at
FROM postings WHERE fact >= %s AND fact < %s ORDER BY posting_id
"""
_PAYOUTS = """
SELECT payout_id::text, run_month, kind, state, reservations.amount
FROM reservations JOIN payouts USING (payout_id) WHERE bonus_id = %s
ORDER BY run_month, payout_id
"""
_CLICK = """
SELECT click_id, member_id::text, store_id, clicked_at, repeat FROM clicks WHERE click_id = %s
"""


class Link(NamedTuple):
    """One event of the member; `message` only where it is about the bonus."""

    version: int
    event_hash: str
    message: str | None


class Posted(NamedTuple):
    """One posting of the bonus."""

    fact: str
    source: str
    destination: str
    amount: int
    payout_id: str | None
    event_id: str
    corrects: str | None
    corrects_payout: str | None
    posted_at: datetime


class Share(NamedTuple):
    """What a payout took, or had taken, of the bonus."""

    payout_id: str
    run_month: str
    kind: str
    state: str
    amount: int


@dataclass(frozen=True, slots=True)
class Trail:
    """All that this service keeps of how a bonus came to what it is."""

    begins: str
    links: Sequence[Link]
    ends: str
    postings: Sequence[Posted]
    shares: Sequence[Share]


class _About(msgspec.Struct):
    bonus_id: str | None = None


class _Said(msgspec.Struct):
    type: str
    data: _About


_read = msgspec.json.Decoder(_Said)


def trail(connection: Connection, bonus: Bonus) -> Trail:
    """Answer what proves a bonus; the connection must read one snapshot."""
    plain = raw(connection)
    asked = [bonus.member_id, bonus.bonus_id]
    rows = plain.execute(_MESSAGES.encode(), asked).fetchall()
    mine = {int(str(row[0])): str(row[1]) for row in rows if _is_about(str(row[1]), bonus)}
    first, last = min(mine), max(mine)
    links = plain.execute(_LINKS.encode(), [bonus.member_id, first, last]).fetchall()
    facts = [f"{bonus.bonus_id}:", f"{bonus.bonus_id};"]
    return Trail(
        _end(connection, bonus.member_id, first - 1).hex(),
        [Link(int(str(row[0])), str(row[1]), mine.get(int(str(row[0])))) for row in links],
        _end(connection, bonus.member_id, last).hex(),
        [Posted(*row) for row in plain.execute(_POSTINGS, facts)],  # type: ignore[arg-type]
        [Share(*row) for row in plain.execute(_PAYOUTS, [bonus.bonus_id])],  # type: ignore[arg-type]
    )


def click(connection: Connection, click_id: str) -> ClickView | None:
    """Answer a click that was heard of."""
    row = raw(connection).execute(_CLICK, [click_id]).fetchone()
    return None if row is None else ClickView(*row)  # type: ignore[arg-type]


def _is_about(message: str, bonus: Bonus) -> bool:
    said = _read.decode(message)
    return said.type == "bonus.changed" and said.data.bonus_id == bonus.bonus_id


def _end(connection: Connection, member_id: str, version: int) -> bytes:
    """Answer where the member's chain ended after an event; before the first one it begins."""
    row = raw(connection).execute(_END.encode(), [member_id, version]).fetchone()
    return chain.BEGINS if row is None else cast("bytes", row[0])
