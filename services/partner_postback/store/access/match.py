"""Queries for the three-way match: all that was said of a period's orders, in keyset pages.

Each page is a transaction of its own: a slow reader of a report keeps none open.
"""

from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import Connection, Engine, text

from services.partner_postback.domain.attribution import CLOCKS_MAY_DIFFER
from services.partner_postback.formats.request import Source
from services.partner_postback.match.period import Period
from services.partner_postback.match.sides import Order

_PAGE_ORDERS = 500
# A thousand lines, said by three sides several times each; also what is held in memory at once.
MOST_STATEMENTS = 20_000
_SAID_OF_ORDER = """FROM receipts
    WHERE partner_id = :partner_id AND said ->> 'order_id' = page.order_id AND said IS NOT NULL"""
# Orders of which a line was ordered within the period, by its conversion; and those of which
# something was said within that no conversion counts. With how much was said of each.
_PAGE = text(f"""
SELECT order_id, (SELECT count(*) FROM (SELECT {_SAID_OF_ORDER} LIMIT {MOST_STATEMENTS + 1}) AS one)
FROM (
    (SELECT DISTINCT order_id FROM conversions
     WHERE partner_id = :partner_id AND order_id > :after
       AND ordered_at >= :begins AND ordered_at < :ends
     ORDER BY order_id LIMIT :limit)
    UNION
    (SELECT DISTINCT said ->> 'order_id' FROM receipts
     WHERE partner_id = :partner_id AND said ->> 'order_id' > :after AND said IS NOT NULL
       AND verdict IN ('held', 'refused')
       AND coalesce(CAST(said ->> 'ordered_at' AS timestamptz), received_at) >= :begins
       AND coalesce(CAST(said ->> 'ordered_at' AS timestamptz), received_at) < :ends
     ORDER BY said ->> 'order_id' LIMIT :limit)
    ORDER BY order_id LIMIT :limit
) AS page ORDER BY order_id
""")  # noqa: S608 - constants
_ORDERS = text(f"""
SELECT json_build_object(
    'order_id', order_id,
    'statements', (
        SELECT coalesce(json_agg(json_build_object(
            'source', source, 'receipt_id', receipt_id, 'received_at', received_at,
            'verdict', verdict, 'said', said)), '[]')
        FROM (
            SELECT source, receipt_id, received_at, verdict, said {_SAID_OF_ORDER}
            LIMIT {MOST_STATEMENTS + 1}
        ) AS one),
    'lines', (
        SELECT coalesce(json_agg(line), '[]') FROM conversions AS line
        WHERE partner_id = :partner_id AND line.order_id = page.order_id)
)::text
FROM unnest(CAST(:order_ids AS text[])) AS page (order_id)
""")  # noqa: S608 - constants
_SPEAKING = text("""
SELECT source FROM unnest(CAST(:sources AS text[])) AS source
WHERE EXISTS (SELECT FROM receipts WHERE partner_id = :partner_id AND received_at >= :since
              AND receipts.source = source.source)
""")
_decoder = msgspec.json.Decoder(Order)


def speaking(connection: Connection, partner_id: str, period: Period) -> list[Source]:
    """Answer the sides of which anything came since a period began."""
    since = period.begins - CLOCKS_MAY_DIFFER
    asked = {"partner_id": partner_id, "since": since, "sources": [*Source]}
    return sorted(Source(one) for one in connection.scalars(_SPEAKING, asked))


def orders(engine: Engine, partner_id: str, period: Period) -> Iterator[list[Order]]:
    """Answer a partner's orders of a period, a bounded part at a time, by their ids."""
    after = ""
    while True:
        with engine.connect() as connection:
            page = _page(connection, partner_id, period, after)
        for order_ids in _batches(page):
            asked = {"partner_id": partner_id, "order_ids": order_ids}
            with engine.connect() as connection:
                rows = connection.scalars(_ORDERS, asked).all()
            yield [_order(row) for row in rows]  # with no transaction open
        if len(page) < _PAGE_ORDERS:
            return
        after = page[-1][0]


def _page(
    connection: Connection, partner_id: str, period: Period, after: str
) -> list[tuple[str, int]]:
    asked = {
        "partner_id": partner_id,
        "after": after,
        "begins": period.begins,
        "ends": period.ends,
        "limit": _PAGE_ORDERS,
    }
    return [(order_id, statements) for order_id, statements in connection.execute(_PAGE, asked)]


def _batches(page: Sequence[tuple[str, int]]) -> Iterator[list[str]]:
    batch: list[str] = []
    held = 0
    for order_id, statements in page:
        if batch and held + statements > MOST_STATEMENTS:
            yield batch
            batch, held = [], 0
        batch.append(order_id)
        held += statements
    if batch:
        yield batch


def _order(row: str) -> Order:
    order = _decoder.decode(row)
    is_cut = len(order.statements) > MOST_STATEMENTS
    return msgspec.structs.replace(order, is_cut=is_cut) if is_cut else order
