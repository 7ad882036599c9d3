"""A database with the kit's tables and one of the test's own, for event log and inbox."""

import secrets
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine

from deploy import databases
from shared import tables
from shared.database import connect
from tests.support.servers import Addresses

PASSWORD = "tests"


class Op:
    """As much of Alembic's op as the kit's tables need."""

    def __init__(self, connection: Connection) -> None:
        self.execute = connection.exec_driver_sql


@pytest.fixture
def engine(addresses: Addresses) -> Iterator[Engine]:
    name = f"test_{secrets.token_hex(6)}"
    databases.prepare(addresses.postgres_dsn, name, dict.fromkeys(databases.ROLES, PASSWORD))
    made = connect(databases.as_role(addresses.postgres_dsn, name, "payout", PASSWORD))
    with made.begin() as connection:
        op = Op(connection)
        tables.create_event_log(op)
        tables.create_inbox(op)
        tables.create_parked(op)
        op.execute("CREATE TABLE effects (aggregate_id text, version bigint, note text)")
    yield made
    made.dispose()
    databases.drop(addresses.postgres_dsn, name)
