"""Databases for tests: made with every role, migrated by a service's own code when asked for."""

import secrets
from collections.abc import Callable
from contextlib import ExitStack

import psycopg
from psycopg import sql
from sqlalchemy import Engine

from deploy import databases
from shared.database import connect
from shared.migrate import upgrade

# Tests kill services, never the server under such a database: a commit need not be on its disk.
_WAIT_FOR_NO_DISK = sql.SQL("ALTER DATABASE {} SET synchronous_commit = off")
PASSWORD = "tests"  # of databases that live for one test session


def fresh_database(admin_dsn: str, cleanup: ExitStack) -> Callable[[str], str]:
    """Make a database; answer service → its URL there, as that service's role and migrated."""
    name = f"test_{secrets.token_hex(6)}"
    databases.prepare(admin_dsn, name, dict.fromkeys(databases.ROLES, PASSWORD))
    cleanup.callback(databases.drop, admin_dsn, name)
    with psycopg.connect(admin_dsn, autocommit=True) as admin:
        admin.execute(_WAIT_FOR_NO_DISK.format(sql.Identifier(name)))
    migrated: set[str] = set()

    def url_of(service: str) -> str:
        url = databases.as_role(admin_dsn, name, service, PASSWORD)
        if service in databases.OWNERS and service not in migrated:
            upgrade(f"services.{service}", url)
            migrated.add(service)
        return url

    return url_of


def engines(url_of: Callable[[str], str], cleanup: ExitStack) -> Callable[[str], Engine]:
    """Answer service → one engine on its URL, disposed of in the end."""
    opened: dict[str, Engine] = {}

    def engine_of(service: str) -> Engine:
        if service not in opened:
            opened[service] = connect(url_of(service))
            cleanup.callback(opened[service].dispose)
        return opened[service]

    return engine_of
