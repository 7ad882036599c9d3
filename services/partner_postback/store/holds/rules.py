"""Queries on the rules against fraud as the operator set them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, text

_COLUMNS = "name, kind, settings, is_on, valid_from, valid_until, changed_at"
_ALL = text(f"""
SELECT {_COLUMNS} FROM fraud_rules
WHERE deleted_at IS NULL AND (CAST(:name AS text) IS NULL OR name = :name) ORDER BY name
""")  # noqa: S608 - a constant
_PUT = f"""
INSERT INTO fraud_rules ({_COLUMNS})
VALUES (:name, :kind, CAST(:settings AS json), :is_on, :valid_from, :valid_until, :now)
ON CONFLICT (name) DO """  # noqa: S608
_REPLACE = text(
    _PUT
    + """UPDATE SET kind = excluded.kind, settings = excluded.settings, is_on = excluded.is_on,
    valid_from = excluded.valid_from, valid_until = excluded.valid_until,
    changed_at = excluded.changed_at, deleted_at = NULL
"""
)
_ADD = text(_PUT + "NOTHING")
# It stays, switched off: what it held is found from it, and a shipped one does not come back.
_DELETE = text("""
UPDATE fraud_rules SET is_on = false, deleted_at = :now, changed_at = :now
WHERE name = :name AND deleted_at IS NULL RETURNING name
""")


def rules(connection: Connection, name: str | None = None) -> list[RowMapping]:
    """Answer every rule by name, on or off, or the one that is asked for."""
    return list(connection.execute(_ALL, {"name": name}).mappings())


def put(connection: Connection, name: str, rule: Mapping[str, Any], now: datetime) -> None:
    """Set a rule; what it held is tried again."""
    connection.execute(_REPLACE, _row(name, rule, now))


def add_missing(
    connection: Connection, shipped: Mapping[str, Mapping[str, Any]], now: datetime
) -> None:
    """Put rules in place whose names nobody ever used."""
    for name, rule in shipped.items():
        connection.execute(_ADD, _row(name, rule, now))


def delete(connection: Connection, name: str, now: datetime) -> bool:
    """Delete a rule; answers whether there was one. What it held is tried again."""
    return connection.execute(_DELETE, {"name": name, "now": now}).first() is not None


def _row(name: str, rule: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    settings = msgspec.json.encode(rule["settings"]).decode()
    return {**rule, "name": name, "settings": settings, "now": now}
