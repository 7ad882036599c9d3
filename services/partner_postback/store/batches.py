"""The hot path's writing: a whole batch by one statement, as a JSON list for each table.

They are unfolded by the tables' own types: most of a statement's price is paid for sending it,
however small it is. One document for all tables would be read through once for each of them.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta

import msgspec
import psycopg
from psycopg.types.json import Json

from services.partner_postback.deciding import Deciding
from services.partner_postback.store import rows
from services.partner_postback.store.loading import Raw
from services.partner_postback.verdicts import Arrival, Outcome


class Overtaken(Exception):
    """Another process recorded the same conversion or request first: read again and go on."""


# How the database says the same when two processes meet in the middle of their batches.
RACES = (Overtaken, psycopg.errors.UniqueViolation, psycopg.errors.DeadlockDetected)


_COLUMNS = {
    "receipts": "receipt_id, partner_id, received_at, format, method, query, headers, body, "
    "transport_id, verdict, code, detail, field, conversion_id, rule, source, source_id, "
    "row_number, format_version, said",
    "conversions": "conversion_id, partner_id, order_id, line_id, action, store_id, member_id, "
    "click_id, clicked_at, status, category, paid_minor, currency, rate_micro, ordered_at, "
    "reason, receipt_id, version, changed_at, recorded_at",
    "messages": "subject_id, content_hash, receipt_id, content",
    "held": "receipt_id, code, partner_id, order_id, store_number, currency, conversion_id, "
    "since, tried_at, not_before, waived, is_due, rule",
    "cart_lines": "partner_id, order_id, line_id, lines",
}
_NEW_ROWS = ", ".join(
    f"""
new_{table} AS (
    INSERT INTO {table} ({columns})
    SELECT {columns} FROM json_populate_recordset(NULL::{table}, %({table})s)
    ON CONFLICT DO NOTHING RETURNING 1
)"""  # noqa: S608
    for table, columns in _COLUMNS.items()  # our own names
)
_WRITE = f"""
WITH {_NEW_ROWS}, woken AS (
    UPDATE held SET is_due = true, not_before = least(held.not_before, %(now)s)
    FROM json_populate_recordset(NULL::held, %(woken)s) AS new
    WHERE held.partner_id = new.partner_id AND held.order_id = new.order_id
), changed AS (
    UPDATE conversions SET
        status = new.status, category = new.category, paid_minor = new.paid_minor,
        ordered_at = new.ordered_at, reason = new.reason, receipt_id = new.receipt_id,
        version = new.version, changed_at = new.changed_at
    FROM json_populate_recordset(NULL::conversions, %(changed)s) AS new
    WHERE conversions.conversion_id = new.conversion_id RETURNING 1
)
SELECT (SELECT count(*) FROM new_receipts) + (SELECT count(*) FROM new_conversions)
     + (SELECT count(*) FROM new_messages) + (SELECT count(*) FROM new_held)
     + (SELECT count(*) FROM new_cart_lines) + (SELECT count(*) FROM changed)
"""  # noqa: S608 - our own names
_VERDICTS = """
UPDATE receipts SET verdict = new.verdict, code = new.code, detail = new.detail, field = new.field,
    conversion_id = new.conversion_id, rule = new.rule,
    format_version = new.format_version, said = new.said
FROM json_populate_recordset(NULL::receipts, %s) AS new WHERE receipts.receipt_id = new.receipt_id
"""


def write(
    raw: Raw,
    decided: Deciding,
    answered: Iterable[tuple[Arrival, Outcome]],
    pause: timedelta = timedelta(0),
) -> None:
    """Write what was decided on a batch, and its new receipts; raises Overtaken."""
    written = rows.of_batch(decided, answered, pause)
    sent = {name: _json(some) for name, some in written.items()}
    woken = _json(rows.of_woken(decided))
    row = raw.execute(_WRITE, {**sent, "woken": woken, "now": decided.now}).fetchone()
    assert row is not None
    if row[0] != sum(len(some) for some in written.values()):
        raise Overtaken


def give_verdicts(raw: Raw, answered: Sequence[tuple[Arrival, Outcome]]) -> None:
    """Give receipts that were held their new verdict, and let them wait no longer."""
    receipt_ids = [outcome.receipt_id for _, outcome in answered]
    raw.execute("DELETE FROM held WHERE receipt_id = ANY(%s)", (receipt_ids,))
    raw.execute(_VERDICTS, (_json([rows.of_reading(*one) for one in answered]),))


def _json(written: object) -> Json:
    return Json(written, dumps=msgspec.json.encode)
