"""Queries on the operator's own profiles: a changed one is a new version, none is lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class KeptProfile:
    """A profile as it was uploaded."""

    name: str
    version: str
    document: Mapping[str, Any]
    created_at: datetime


_NEWEST = text("""
SELECT DISTINCT ON (name) name, version, document, created_at FROM profiles
ORDER BY name, profile_number DESC
""")
_ADD = text("""
INSERT INTO profiles (name, version, document, created_at)
SELECT :name, :version, CAST(:document AS json), :now
WHERE :version IS DISTINCT FROM (
    SELECT version FROM profiles WHERE name = :name ORDER BY profile_number DESC LIMIT 1)
""")


def newest(connection: Connection) -> list[KeptProfile]:
    """Answer the newest version of each profile, by name."""
    return [KeptProfile(**row) for row in connection.execute(_NEWEST).mappings()]


def add(
    connection: Connection, name: str, version: str, document: Mapping[str, Any], now: datetime
) -> None:
    """Keep a new version of a profile; the newest one again is none."""
    row = {"name": name, "version": version, "now": now}
    connection.execute(_ADD, {**row, "document": msgspec.json.encode(document).decode()})
