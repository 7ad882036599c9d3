"""What other services said, as far as it is needed here: store terms, clicks, members."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

import msgspec
from sqlalchemy import Connection

from services.bonus_status.schemas import ClickView, MemberView, StoreView
from services.bonus_status.terms import Rate, Terms
from shared.arrays import array, columns
from shared.database import raw

_read_rates = msgspec.json.Decoder(tuple[Rate, ...])
_read_timeline = msgspec.json.Decoder(tuple[Terms, ...])

_SAVE_STORES = """
INSERT INTO stores (store_id, name, confirmation_days, attribution_days, timeline, store_group)
SELECT * FROM unnest(%s::text[], %s::text[], %s::int[], %s::int[], %s::text[], %s::text[])
ON CONFLICT (store_id) DO UPDATE SET name = excluded.name,
    confirmation_days = excluded.confirmation_days,
    attribution_days = excluded.attribution_days, timeline = excluded.timeline,
    store_group = excluded.store_group
"""
_KEEP_TERMS = """
INSERT INTO terms (terms_id, store_id, rates)
SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[]) ON CONFLICT DO NOTHING
"""
_STORES = (
    "SELECT store_id, confirmation_days, timeline FROM stores WHERE store_id = ANY(%s::text[])"
)
_STORE_IDS = "SELECT store_id FROM stores"
_GROUPS = "SELECT store_id, store_group FROM stores WHERE store_id = ANY(%s::text[])"
_RATES = "SELECT terms_id::text, rates FROM terms WHERE terms_id = ANY(%s::uuid[])"
_SAVE_MEMBERS = """
INSERT INTO accounts (member_id, member_status, was_here_before)
SELECT * FROM unnest(%s::uuid[], %s::text[], %s::boolean[])
ON CONFLICT (member_id) DO UPDATE
    SET member_status = excluded.member_status, was_here_before = excluded.was_here_before
"""
_SAVE_CLICKS = """
INSERT INTO clicks (click_id, member_id, store_id, clicked_at, repeat)
SELECT * FROM unnest(%s::text[], %s::uuid[], %s::text[], %s::timestamptz[], %s::boolean[])
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class StoreTerms:
    """What a store promises: its terms by time, and the days until it usually confirms."""

    confirmation_days: int
    timeline: tuple[Terms, ...]


def save_stores(connection: Connection, stores: Iterable[StoreView]) -> None:
    """Keep the newest state of each store, and every terms it ever had."""
    newest = sorted({store.store_id: store for store in stores}.items())
    rows = [
        (
            *(key, one.name, one.confirmation_days, one.attribution_days),
            *(_json(one.terms), one.group),
        )
        for key, one in newest
    ]
    raw(connection).execute(_SAVE_STORES, columns(rows))
    terms = {one.terms_id: (key, _json(one.rates)) for key, store in newest for one in store.terms}
    if terms:
        kept = [(terms_id, *rest) for terms_id, rest in sorted(terms.items())]
        raw(connection).execute(_KEEP_TERMS, columns(kept))


def stores(connection: Connection, store_ids: Collection[str]) -> dict[str, StoreTerms]:
    """Answer the terms of the stores that are known."""
    rows = raw(connection).execute(_STORES, [array(list(store_ids))]).fetchall()
    return {str(row[0]): _store_terms(*row[1:]) for row in rows}


def store_ids(connection: Connection) -> list[str]:
    """Answer every store that was ever heard of."""
    return [str(row[0]) for row in raw(connection).execute(_STORE_IDS).fetchall()]


def groups(connection: Connection, store_ids: Collection[str]) -> dict[str, str]:
    """Answer the group of each store that is known."""
    rows = raw(connection).execute(_GROUPS, [array(list(store_ids))]).fetchall()
    return {str(store_id): str(group) for store_id, group in rows}


def frozen_rates(connection: Connection, terms_ids: Collection[str]) -> dict[str, tuple[Rate, ...]]:
    """Answer the rates of terms, in force or long past."""
    if not terms_ids:
        return {}
    rows = raw(connection).execute(_RATES, [array(list(terms_ids))]).fetchall()
    return {str(terms_id): read_rates(str(rates)) for terms_id, rates in rows}


def save_members(connection: Connection, members: Iterable[MemberView]) -> None:
    """Keep the newest status of each member, opening accounts that are new."""
    newest = {one.member_id: (one.member_id, one.status, one.was_here_before) for one in members}
    raw(connection).execute(_SAVE_MEMBERS, columns(sorted(newest.values())))


def save_clicks(connection: Connection, clicks: Iterable[ClickView]) -> None:
    """Keep clicks."""
    rows = [
        (one.click_id, one.member_id, one.store_id, one.clicked_at, one.repeat) for one in clicks
    ]
    raw(connection).execute(_SAVE_CLICKS, columns(rows))


# The text itself is the key: whatever database it came from, the same text means the same terms.
@lru_cache(maxsize=8_192)
def read_rates(rates: str) -> tuple[Rate, ...]:
    """Read rates as they are kept."""
    return _read_rates.decode(rates)


@lru_cache(maxsize=8_192)
def _store_terms(confirmation_days: int, timeline: str) -> StoreTerms:
    return StoreTerms(confirmation_days, _read_timeline.decode(timeline))


def _json(views: object) -> str:
    return msgspec.json.encode(views).decode()
