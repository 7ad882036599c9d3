"""Queries on exchange rates: the newest one that has begun counts, unless its end has come."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, RowMapping, text

_CURRENT = text("""
SELECT * FROM (
    SELECT DISTINCT ON (currency) currency, rate_micro, valid_from, valid_until FROM rates
    WHERE valid_from <= :now ORDER BY currency, valid_from DESC
) AS newest WHERE valid_until IS NULL OR valid_until > :now ORDER BY currency
""")
_PUT = text("""
INSERT INTO rates (currency, valid_from, valid_until, rate_micro)
VALUES (:currency, :valid_from, :valid_until, :rate_micro)
ON CONFLICT (currency, valid_from) DO UPDATE
SET rate_micro = excluded.rate_micro, valid_until = excluded.valid_until
""")
_ADD = text("""
INSERT INTO rates (currency, valid_from, valid_until, rate_micro)
SELECT currency, :valid_from, :valid_until, rate_micro
FROM unnest(CAST(:currencies AS text[]), CAST(:rates AS bigint[])) AS told (currency, rate_micro)
ORDER BY currency
ON CONFLICT (currency, valid_from) DO NOTHING RETURNING currency
""")
_VALID_FROM = text("SELECT currency, rate_micro FROM rates WHERE valid_from = :valid_from")
_CLAIM_FETCH = text("""
UPDATE rate_fetch SET next_at = :until, last_run_at = :now WHERE next_at <= :now
RETURNING failures
""")
_END_FETCH = text("""
UPDATE rate_fetch SET next_at = :next_at, failures = :failures, last_error = :last_error
""")


def current(connection: Connection, now: datetime) -> list[RowMapping]:
    """Answer what each currency is worth now, by its code."""
    return list(connection.execute(_CURRENT, {"now": now}).mappings())


def put(
    connection: Connection,
    currency: str,
    rate_micro: int,
    valid_from: datetime,
    valid_until: datetime | None,
) -> None:
    """Set what a unit is worth, in millionths of a ruble; `valid_until` None: until the next."""
    row = {"currency": currency, "rate_micro": rate_micro, "valid_from": valid_from}
    connection.execute(_PUT, {**row, "valid_until": valid_until})


def add(
    connection: Connection, rates: Mapping[str, int], valid_from: datetime, valid_until: datetime
) -> set[str]:
    """Add rates that begin at a moment; answers the currencies that had none from then on."""
    row = {"currencies": list(rates), "rates": list(rates.values())}
    period = {"valid_from": valid_from, "valid_until": valid_until}
    return set(connection.scalars(_ADD, {**row, **period}))


def valid_from(connection: Connection, moment: datetime) -> dict[str, int]:
    """Answer the rates that begin exactly then."""
    rows = connection.execute(_VALID_FROM, {"valid_from": moment})
    return {row.currency: row.rate_micro for row in rows}


def claim_fetch(connection: Connection, now: datetime, *, until: datetime) -> int | None:
    """Take the fetch of the bank's file, so that nobody else does before `until`.

    Answers how often it failed in a row; None when it is not due, or another process has it.
    """
    failures: int | None = connection.scalar(_CLAIM_FETCH, {"now": now, "until": until})
    return failures


def end_fetch(
    connection: Connection, next_at: datetime, *, failures: int, last_error: str | None
) -> None:
    """Note how a fetch ended, and when the next one is due."""
    row = {"next_at": next_at, "failures": failures, "last_error": last_error}
    connection.execute(_END_FETCH, row)
