"""PostgreSQL: one engine a process, short transactions, and limits on every wait."""

from typing import Any, cast

import psycopg
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# A forgotten transaction would hold back every relay of the cluster (they read below the oldest
# one).
_LIMITS = "-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=30s"
_CONNECT_SECONDS = 3

# The server is away or overloaded, which passes; psycopg's own come from statements on `raw`.
SERVER_AWAY = (
    OperationalError,
    InterfaceError,
    PoolTimeout,
    psycopg.OperationalError,
    psycopg.InterfaceError,
)


def connect(url: str, *, pool_size: int = 5, options: str = "") -> Engine:
    """Answer an engine for `postgresql://role:password@host:port/database`, connected at use.

    `options`: more settings of its sessions, as libpq takes them: `-c search_path=elsewhere`.
    """
    return create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        pool_size=pool_size,
        max_overflow=0,
        pool_pre_ping=True,
        pool_timeout=10,
        hide_parameters=True,  # else the text of an error, which is logged, tells phones
        connect_args=_of_session(options),
    )


async def connect_in_loop(
    url: str, options: str = ""
) -> psycopg.AsyncConnection[tuple[object, ...]]:
    """Answer a connection for an event loop; each of its statements is a transaction."""
    said: Any = _of_session(options)
    return await psycopg.AsyncConnection.connect(url, autocommit=True, **said)


def _of_session(options: str) -> dict[str, object]:
    limits = f"{_LIMITS} -c timezone=UTC {options}"
    return {"options": limits, "connect_timeout": _CONNECT_SECONDS}


def raw(connection: Connection) -> psycopg.Connection[tuple[object, ...]]:
    """Answer psycopg's own connection, in the same transaction: for COPY and plain SQL."""
    if not connection.in_transaction():
        connection.begin()  # psycopg would begin one that SQLAlchemy does not know to commit
    return cast("psycopg.Connection[tuple[object, ...]]", connection.connection.driver_connection)


def ping(engine: Engine) -> None:
    """Ask the server for an answer; raises SQLAlchemyError when there is none."""
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
