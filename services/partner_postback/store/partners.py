"""Queries on partners and their secrets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from sqlalchemy import Connection, RowMapping, text

IpRange = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Secret:
    """A signing secret, or the hash of a key, and until when it is accepted."""

    kind: str
    value: str
    valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner as the operator set it up."""

    partner_id: str
    name: str
    stores: tuple[str, ...]
    formats: tuple[str, ...]
    ip_allow_list: tuple[IpRange, ...]
    secrets: tuple[Secret, ...] = ()


_ALL = text("""
SELECT partner_id, name, stores, formats, ip_allow_list,
       coalesce(array_agg(ARRAY[kind, value, valid_until::text]) FILTER (WHERE kind IS NOT NULL),
                '{}') AS secrets
FROM partners LEFT JOIN partner_secrets AS secret USING (partner_id)
GROUP BY partner_id
""")
_PUT = text("""
INSERT INTO partners (partner_id, name, stores, formats, ip_allow_list, changed_at)
VALUES (:partner_id, :name, :stores, :formats, CAST(:ip_allow_list AS cidr[]), :now)
ON CONFLICT (partner_id) DO UPDATE SET name = excluded.name, stores = excluded.stores,
    formats = excluded.formats, ip_allow_list = excluded.ip_allow_list,
    changed_at = excluded.changed_at
RETURNING xmax = 0 AS is_new
""")
# Two are valid while a partner changes over: the newest and the one before; older ones end at once.
_END_OLDER = text("""
UPDATE partner_secrets AS secret
SET valid_until = least(secret.valid_until,
                        CASE WHEN age.rank = 1 THEN CAST(:old_until AS timestamptz) ELSE :now END)
FROM (
    SELECT secret_id, row_number() OVER (ORDER BY secret_id DESC) AS rank
    FROM partner_secrets WHERE partner_id = :partner_id AND kind = :kind
) AS age
WHERE secret.secret_id = age.secret_id
""")
_ADD_SECRET = text("""
INSERT INTO partner_secrets (partner_id, kind, value, created_at)
VALUES (:partner_id, :kind, :value, :now)
""")
_VALID_SECRETS = text("""
SELECT kind, created_at AS made_at, valid_until FROM partner_secrets
WHERE partner_id = :partner_id AND (valid_until IS NULL OR valid_until > :now)
ORDER BY secret_id DESC
""")


def all_partners(connection: Connection) -> list[Partner]:
    """Answer every partner with its secrets."""
    return [_partner(row) for row in connection.execute(_ALL).mappings()]


def put(connection: Connection, partner: Partner, now: datetime) -> bool:
    """Make or change a partner; answers whether it is new."""
    row = {
        "partner_id": partner.partner_id,
        "name": partner.name,
        "stores": list(partner.stores),
        "formats": list(partner.formats),
        "ip_allow_list": [str(ip_range) for ip_range in partner.ip_allow_list],
        "now": now,
    }
    return bool(connection.scalar(_PUT, row))


def lock(connection: Connection, partner_id: str) -> bool:
    """Lock a partner's row; answers whether there is one."""
    ask = text("SELECT true FROM partners WHERE partner_id = :partner_id FOR UPDATE")
    return bool(connection.scalar(ask, {"partner_id": partner_id}))


def add_secret(
    connection: Connection, partner_id: str, secret: Secret, *, old_until: datetime, now: datetime
) -> None:
    """Add a secret; the one before it stays valid until `old_until`."""
    row = {"partner_id": partner_id, "kind": secret.kind, "now": now}
    connection.execute(_END_OLDER, {**row, "old_until": old_until})
    connection.execute(_ADD_SECRET, {**row, "value": secret.value})


def valid_secrets(connection: Connection, partner_id: str, now: datetime) -> list[RowMapping]:
    """Answer which secrets are valid, and until when; never what they are."""
    asked = {"partner_id": partner_id, "now": now}
    return list(connection.execute(_VALID_SECRETS, asked).mappings())


def _partner(row: Any) -> Partner:
    secrets: Sequence[Sequence[str]] = row["secrets"]
    return Partner(
        row["partner_id"],
        row["name"],
        tuple(row["stores"]),
        tuple(row["formats"]),
        tuple(row["ip_allow_list"]),
        tuple(
            Secret(kind, value, until and datetime.fromisoformat(until))  # type: ignore[arg-type]
            for kind, value, until in secrets
        ),
    )
