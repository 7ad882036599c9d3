"""Databases for tests: made with every role, migrated by a service's own code when asked for.

A service's migrations run once a session, in a template; each database of a test is a copy of it,
or one that a test before it has given back.
"""

import fcntl
import secrets
from collections.abc import Callable
from contextlib import ExitStack

import psycopg
from psycopg import sql
from sqlalchemy import Engine

from deploy import databases
from shared.database import connect
from shared.migrate import upgrade
from tests.support import emptied, servers, session

# Tests kill services, never the server under such a database: a commit need not be on its disk.
_WAIT_FOR_NO_DISK = sql.SQL("ALTER DATABASE {} SET synchronous_commit = off")
_COPY = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
# What roles may do with a database is not copied with it.
_ALLOW = """
UPDATE pg_database SET datacl = (SELECT datacl FROM pg_database WHERE datname = %s)
WHERE datname = %s
"""
_TEMPLATES = "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
PASSWORD = "tests"  # of databases that live for one test session


def fresh_database(admin_dsn: str, cleanup: ExitStack) -> Callable[[str], str]:
    """Make a database; answer service → its URL there, as that service's role and migrated."""
    made = _Made(admin_dsn)
    cleanup.callback(made.give_back)
    return made.url_of


class _Made:
    """A database that is made, or taken from those given back, when it is first asked for."""

    def __init__(self, admin_dsn: str) -> None:
        self._admin_dsn = admin_dsn
        self._name = ""
        self._migrated: list[str] = []

    def url_of(self, service: str) -> str:
        """Answer a service's URL there, as its role and migrated."""
        if service in databases.OWNERS and service not in self._migrated:
            self._migrate(service)
        return databases.as_role(self._admin_dsn, self._name, service, PASSWORD)

    def _migrate(self, service: str) -> None:
        if self._migrated:
            url = databases.as_role(self._admin_dsn, self._name, service, PASSWORD)
            upgrade(f"services.{service}", url)
        else:
            template = _template(self._admin_dsn, service)
            self._name = emptied.take(template) or _copy(self._admin_dsn, template)
        self._migrated.append(service)

    def give_back(self) -> None:
        """Let another test have it; a drop would write all that any test has changed to the disk.

        So a server of this session goes whole, and another one loses what it was given.
        """
        if servers.are_given():
            databases.drop(self._admin_dsn, self._name)
        elif len(self._migrated) == 1:
            template = _template(self._admin_dsn, self._migrated[0])
            emptied.give_back(self._admin_dsn, template, self._name)


def address_of(engine: Engine) -> str:
    """Answer an engine's address as services take it."""
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def engines(url_of: Callable[[str], str], cleanup: ExitStack) -> Callable[[str], Engine]:
    """Answer service → one engine on its URL, disposed of in the end."""
    opened: dict[str, Engine] = {}

    def engine_of(service: str) -> Engine:
        if service not in opened:
            opened[service] = connect(url_of(service))
            cleanup.callback(opened[service].dispose)
        return opened[service]

    return engine_of


def forget_templates(admin_dsn: str) -> None:
    """Drop what this session made, for servers that outlive it."""
    with psycopg.connect(admin_dsn, autocommit=True) as admin:
        templates = admin.execute(_TEMPLATES, [_prefix()]).fetchall()
    for (name,) in templates:
        databases.drop(admin_dsn, name)


def _prefix() -> str:
    return f"test_template_{session.folder().name.rpartition('-')[2]}_".lower()


def _template(admin_dsn: str, service: str) -> str:
    """Name the database that has the service's schema; whoever asks first makes it."""
    name = _prefix() + service
    ready = session.folder() / name
    with (session.folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            databases.prepare(admin_dsn, name, dict.fromkeys(databases.ROLES, PASSWORD))
            upgrade(f"services.{service}", databases.as_role(admin_dsn, name, service, PASSWORD))
            ready.touch()
    return name


def _copy(admin_dsn: str, template: str) -> str:
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(admin_dsn, autocommit=True) as admin:
        admin.execute(_COPY.format(sql.Identifier(name), sql.Identifier(template)))
        admin.execute(_ALLOW, [template, name])
        admin.execute(_WAIT_FOR_NO_DISK.format(sql.Identifier(name)))
    return name
