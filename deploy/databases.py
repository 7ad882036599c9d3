"""The database with a schema and a role per service, made by deploy/postgres/init.sql.

Every command line reads the names here and hardly one makes a database: psycopg is loaded by those.
"""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

SERVICES = ("catalog", "partner_postback", "bonus_status", "payout", "members", "notifications")
# The console hears and says nothing: it has tables of its own, and none of the kit.
OWNERS = (*SERVICES, "console")
ROLES = (*OWNERS, "auditor")
INIT = Path(__file__).with_name("postgres") / "init.sql"
# Where a stack keeps everything.
DATABASE = "cashback"
# The same order and the same letters on every server, whatever locale its image or machine has.
_CREATE = (
    "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'"
    " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
)
# Roles belong to the whole server: two set-ups at once would alter the same rows.
_ONE_SET_UP_AT_A_TIME = 4_711_002


def prepare(admin_dsn: str, database: str, passwords: Mapping[str, str]) -> None:
    """Make the database if it is missing, and its roles and schemas with these passwords."""
    import psycopg  # noqa: PLC0415
    from psycopg import sql  # noqa: PLC0415

    with psycopg.connect(admin_dsn, autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [_ONE_SET_UP_AT_A_TIME])
        known = admin.execute("SELECT FROM pg_database WHERE datname = %s", [database])
        if known.fetchone() is None:
            admin.execute(sql.SQL(_CREATE).format(sql.Identifier(database)))
        with psycopg.connect(with_database(admin_dsn, database)) as inside:
            for role in ROLES:
                setting = [f"cashback.{role}_password", passwords[role]]
                inside.execute("SELECT set_config(%s, %s, true)", setting)
            inside.execute(INIT.read_bytes())


def drop(admin_dsn: str, database: str) -> None:
    """Remove the database, with whoever is still connected to it."""
    import psycopg  # noqa: PLC0415
    from psycopg import sql  # noqa: PLC0415

    with psycopg.connect(admin_dsn, autocommit=True) as admin:
        query = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        admin.execute(query.format(sql.Identifier(database)))


def with_database(dsn: str, database: str) -> str:
    """Name another database of the same server."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{database}"))


def as_role(dsn: str, database: str, role: str, password: str) -> str:
    """Name the database as one of its roles."""
    parts = urlsplit(dsn)
    place = f"{role}:{password}@{parts.hostname}:{parts.port}"
    return urlunsplit(parts._replace(netloc=place, path=f"/{database}"))
