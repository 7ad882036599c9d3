"""What the public sees over the API: whole with any database, and there while it is away."""

from collections.abc import Callable
from typing import Any, LiteralString

import psycopg
import pytest
from flask.testing import FlaskClient
from psycopg import sql
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from services.catalog import store
from services.catalog.shop_window.catalogue import Window
from tests.integration.catalog.conftest import OPERATOR
from tests.support.clock import SteppedClock
from tests.support.servers import Addresses
from tests.support.waiting import eventually
from tests.unit.catalog.files import with_promotion, yaml_file


@pytest.mark.parametrize(
    "period",
    [
        "'[-infinity, infinity)'",
        "'[0044-03-15 BC, 9999-12-31 23:59Z)'",
        "'[2026-01-01, 294276-12-31)'",
        "'[9998-12-31,)'",
        "'[12000-01-01, 13000-01-01)'",
    ],
)
def test_no_moment_in_the_database_breaks_an_answer(
    post_file: Callable[..., Any], client: FlaskClient, engine: Engine, period: str
) -> None:
    """INVARIANT: what an import could once leave in the tables breaks no answer."""
    sale = "name: Sale\nvalid_from: 2026-11-01\nvalid_to: 2026-12-01\nrates: {others: 9%}"
    post_file(yaml_file(with_promotion(sale)))
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE terms SET validity = {period}"))
        if ",)" not in period:
            connection.execute(text(f"UPDATE promotions SET validity = {period}"))
        store.raise_revision(connection)
    for path in ("/api/stores", "/api/stores?q=corner", "/api/groups", "/api/stores/corner"):
        assert client.get(path).status_code == 200, path


def test_what_is_known_is_not_told_again_until_it_changes(
    visitor: FlaskClient, clock: SteppedClock
) -> None:
    """The tag names all that is told: it changes with the operator's act, and with the calendar."""
    for path in ("/api/stores?limit=1000", "/api/groups"):
        tag = visitor.get(path).headers["ETag"]
        again = visitor.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")
    before = clock.now
    clock.now = before.replace(day=28)  # Black Friday runs
    assert visitor.get("/api/stores", headers={"If-None-Match": tag}).status_code == 200
    clock.now = before
    assert visitor.get("/api/stores", headers={"If-None-Match": tag}).status_code == 304


def test_an_import_is_told_at_once(post_file: Callable[..., Any], client: FlaskClient) -> None:
    post_file(yaml_file())
    tag = client.get("/api/stores").headers["ETag"]
    client.post("/api/stores/corner/pause", headers=OPERATOR)
    answer = client.get("/api/stores", headers={"If-None-Match": tag})
    assert answer.get_json()["data"][0]["status"] == "paused"


def test_there_are_no_pages_here(visitor: FlaskClient) -> None:
    """People look at the website; programs that err get a problem."""
    answer = visitor.get("/")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_the_window_stays_open_while_the_database_is_away(
    post_file: Callable[..., Any], engine: Engine, addresses: Addresses
) -> None:
    """The database lets nobody in: what was seen last is shown, and the newest once it is back."""
    post_file(yaml_file())
    window = Window(engine)
    seen = window.look()
    with psycopg.connect(addresses.postgres_dsn, autocommit=True) as admin:
        _let_in(admin, engine, "false")
        assert window.look() is window.look() is seen
        with pytest.raises(SQLAlchemyError):
            Window(engine).look()
        _let_in(admin, engine, "true")
    with engine.begin() as connection:
        store.raise_revision(connection)
    assert eventually(lambda: window.look().revision == seen.revision + 1, seconds=10)


def _let_in(admin: psycopg.Connection[Any], engine: Engine, wanted: LiteralString) -> None:
    name = engine.url.database or ""
    query = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    admin.execute(query.format(sql.Identifier(name), sql.SQL(wanted)))
    admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
    )
