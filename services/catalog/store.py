"""The catalogue's tables and every query on them.

The whole catalogue is some hundred rows, changed by one operator and read by everybody. So a single
row, `revision`, serves both: writers queue on it, and readers ask it whether to look again.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from services.catalog.domain import (
    EARLIEST,
    LATEST,
    Group,
    Kept,
    Promotion,
    Status,
    Store,
    Subgroup,
    Terms,
)
from services.catalog.rates import Rate, RateKind, ordered

_STORES = """
SELECT store_id, number, version, name, partner_id, group_id, subgroup_id, description, conditions,
       keywords, logo_letters, logo_colour, status, tracking_url, deep_link_hosts,
       attribution_days, confirmation_days, order_cap_rubles
FROM stores
"""
# Tables hold moments that Python cannot: what lies beyond the programme's years is their edge.
_PERIOD = """
least(greatest(lower(validity), :earliest), :latest) AS valid_from,
CASE WHEN NOT upper_inf(validity)
THEN least(greatest(upper(validity), :earliest), :latest) END AS valid_to
"""
_TERMS = f"""
SELECT number, position, {_PERIOD}
FROM terms WHERE number = ANY(:numbers) ORDER BY number, position
"""  # noqa: S608 - the columns are written above
_PROMOTIONS = f"""
SELECT number, position, name, {_PERIOD}
FROM promotions WHERE number = ANY(:numbers) ORDER BY number, position
"""  # noqa: S608
_RATES = """
SELECT number, terms_position, promotion_position, category, kind, basis_points, rubles, excluded
FROM rates WHERE number = ANY(:numbers)
"""
_GROUPS = """
SELECT groups.group_id, groups.name, tagline, subgroup_id, subgroups.name AS subgroup_name
FROM groups JOIN subgroups USING (group_id) ORDER BY groups.position, subgroups.position
"""
_PUT_GROUP = """
INSERT INTO groups (group_id, name, tagline, position)
VALUES (:group_id, :name, :tagline, (SELECT count(*) FROM groups))
ON CONFLICT (group_id) DO UPDATE SET name = excluded.name, tagline = excluded.tagline
"""
_PUT_SUBGROUP = """
INSERT INTO subgroups (group_id, subgroup_id, name, position)
VALUES (:group_id, :subgroup_id, :name,
        (SELECT count(*) FROM subgroups WHERE group_id = :group_id))
ON CONFLICT (group_id, subgroup_id) DO UPDATE SET name = excluded.name
"""
_ADD_STORE = """
INSERT INTO stores (store_id, version, name, partner_id, group_id, subgroup_id, description,
    conditions, keywords, logo_letters, logo_colour, status, tracking_url, deep_link_hosts,
    attribution_days, confirmation_days, order_cap_rubles, changed_at)
VALUES (:store_id, 1, :name, :partner_id, :group, :subgroup, :description, :conditions, :keywords,
    :logo_letters, :logo_colour, :status, :tracking_url, :deep_link_hosts, :attribution_days,
    :confirmation_days, :order_cap_rubles, :now)
"""
_CHANGE_STORE = """
UPDATE stores SET version = version + 1, name = :name, partner_id = :partner_id,
    group_id = :group, subgroup_id = :subgroup, description = :description,
    conditions = :conditions, keywords = :keywords, logo_letters = :logo_letters,
    logo_colour = :logo_colour, status = :status, tracking_url = :tracking_url,
    deep_link_hosts = :deep_link_hosts, attribution_days = :attribution_days,
    confirmation_days = :confirmation_days, order_cap_rubles = :order_cap_rubles, changed_at = :now
WHERE store_id = :store_id
"""
_SET_STATUS = """
UPDATE stores SET version = version + 1, status = :status, changed_at = :now
WHERE store_id = :store_id
"""
_ADD_TERMS = """
INSERT INTO terms (number, position, validity)
VALUES (:number, :position, tstzrange(:valid_from, :valid_to))
"""
_ADD_PROMOTION = """
INSERT INTO promotions (number, position, name, validity)
VALUES (:number, :position, :name, tstzrange(:valid_from, :valid_to))
"""
_ADD_RATE = """
INSERT INTO rates (number, terms_position, promotion_position, category, kind, basis_points, rubles,
    excluded)
VALUES (:number, :terms_position, :promotion_position, :category, :kind, :basis_points, :rubles,
    :excluded)
"""


def lock(connection: Connection) -> None:
    """Wait until no other writer is at work; readers go on."""
    connection.execute(text("SELECT number FROM revision FOR UPDATE"))


def revision(connection: Connection) -> int:
    """Answer a number that grows with every change of the catalogue."""
    return int(connection.scalar(text("SELECT number FROM revision")) or 0)


def raise_revision(connection: Connection) -> None:
    """Tell readers to look again."""
    connection.execute(text("UPDATE revision SET number = number + 1"))


def groups(connection: Connection) -> tuple[Group, ...]:
    """Answer the groups with their sub-groups, in the operator's order."""
    names: dict[tuple[str, str, str], list[Subgroup]] = defaultdict(list)
    for row in connection.execute(text(_GROUPS)):
        names[row.group_id, row.name, row.tagline].append(
            Subgroup(row.subgroup_id, row.subgroup_name)
        )
    return tuple(Group(*group, tuple(subgroups)) for group, subgroups in names.items())


def put_groups(connection: Connection, wanted: Sequence[Group]) -> None:
    """Add groups and sub-groups, or rename them; none is ever removed."""
    for group in wanted:
        connection.execute(text(_PUT_GROUP), asdict(group))
        for subgroup in group.subgroups:
            row = {"group_id": group.group_id, **asdict(subgroup)}
            connection.execute(text(_PUT_SUBGROUP), row)


def all_stores(connection: Connection) -> list[Kept]:
    """Answer every store."""
    return _assembled(connection, connection.execute(text(f"{_STORES} ORDER BY number")).all())


def by_ids(connection: Connection, store_ids: Sequence[str]) -> dict[str, Kept]:
    """Answer those of the stores that are known."""
    query = text(f"{_STORES} WHERE store_id = ANY(:store_ids)")
    rows = connection.execute(query, {"store_ids": list(store_ids)}).all()
    return {kept.store.store_id: kept for kept in _assembled(connection, rows)}


def add(connection: Connection, stores: Sequence[Store], now: datetime) -> None:
    """Add stores; each gets the next number."""
    connection.execute(text(_ADD_STORE), [{**_columns(one), "now": now} for one in stores])
    _add_periods(connection, stores)


def change(connection: Connection, stores: Sequence[Store], now: datetime) -> None:
    """Replace known stores, with their terms and promotions."""
    connection.execute(text(_CHANGE_STORE), [{**_columns(one), "now": now} for one in stores])
    numbers = {"numbers": list(_numbers(connection, stores).values())}
    connection.execute(text("DELETE FROM terms WHERE number = ANY(:numbers)"), numbers)
    connection.execute(text("DELETE FROM promotions WHERE number = ANY(:numbers)"), numbers)
    _add_periods(connection, stores)


def set_status(connection: Connection, store_id: str, status: Status, now: datetime) -> None:
    """Switch a store's button; what it pays stays as it is kept."""
    row = {"store_id": store_id, "status": status, "now": now}
    connection.execute(text(_SET_STATUS), row)


def _columns(one: Store) -> dict[str, Any]:
    row = asdict(one)
    return row | {"keywords": list(one.keywords), "deep_link_hosts": list(one.deep_link_hosts)}


def _numbers(connection: Connection, stores: Sequence[Store]) -> dict[str, int]:
    query = text("SELECT store_id, number FROM stores WHERE store_id = ANY(:store_ids)")
    rows = connection.execute(query, {"store_ids": [one.store_id for one in stores]})
    return {row.store_id: row.number for row in rows}


def _add_periods(connection: Connection, stores: Sequence[Store]) -> None:
    numbers = _numbers(connection, stores)
    terms: list[dict[str, Any]] = []
    promotions: list[dict[str, Any]] = []
    rates: list[dict[str, Any]] = []
    for one in stores:
        number = numbers[one.store_id]
        for position, period in enumerate(one.terms):
            row = {"number": number, "position": position}
            terms.append(row | {"valid_from": period.valid_from, "valid_to": period.valid_to})
            rates += _rate_rows(number, period, terms_position=position)
        for position, promotion in enumerate(one.promotions):
            promotions.append({"number": number, "position": position, **asdict(promotion)})
            rates += _rate_rows(number, promotion, promotion_position=position)
    for statement, rows in ((_ADD_TERMS, terms), (_ADD_PROMOTION, promotions), (_ADD_RATE, rates)):
        if rows:
            connection.execute(text(statement), rows)


def _rate_rows(
    number: int, period: Terms | Promotion, **positions: int
) -> Iterator[dict[str, Any]]:
    empty = {"terms_position": None, "promotion_position": None}
    for rate in period.rates:
        yield {"number": number, **empty, **positions, **asdict(rate)}


def _assembled(connection: Connection, rows: Sequence[Row[Any]]) -> list[Kept]:
    asked = {"numbers": [row.number for row in rows], "earliest": EARLIEST, "latest": LATEST}
    rates: dict[tuple[int, int | None, int | None], list[Rate]] = defaultdict(list)
    for row in connection.execute(text(_RATES), asked):
        rate = Rate(row.category, RateKind(row.kind), row.basis_points, row.rubles, row.excluded)
        rates[row.number, row.terms_position, row.promotion_position].append(rate)
    terms: dict[int, list[Terms]] = defaultdict(list)
    for row in connection.execute(text(_TERMS), asked):
        own = ordered(rates[row.number, row.position, None])
        terms[row.number].append(Terms(row.valid_from, row.valid_to, own))
    promotions: dict[int, list[Promotion]] = defaultdict(list)
    for row in connection.execute(text(_PROMOTIONS), asked):
        own = ordered(rates[row.number, None, row.position])
        promotions[row.number].append(Promotion(row.name, row.valid_from, row.valid_to, own))
    return [_kept(row, terms[row.number], promotions[row.number]) for row in rows]


def _kept(row: Row[Any], terms: Sequence[Terms], promotions: Sequence[Promotion]) -> Kept:
    store = Store(
        store_id=row.store_id,
        name=row.name,
        partner_id=row.partner_id,
        group=row.group_id,
        subgroup=row.subgroup_id,
        description=row.description,
        conditions=row.conditions,
        keywords=tuple(row.keywords),
        logo_letters=row.logo_letters,
        logo_colour=row.logo_colour,
        status=Status(row.status),
        tracking_url=row.tracking_url,
        deep_link_hosts=tuple(row.deep_link_hosts),
        attribution_days=row.attribution_days,
        confirmation_days=row.confirmation_days,
        terms=tuple(terms),
        promotions=tuple(promotions),
        order_cap_rubles=row.order_cap_rubles,
    )
    return Kept(store, row.number, row.version)
