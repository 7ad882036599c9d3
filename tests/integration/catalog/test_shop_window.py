"""The pages: whole without scripts, safe with any input, and there while the database is away."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any, LiteralString

import psycopg
import pytest
from flask.testing import FlaskClient
from psycopg import sql
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from services.catalog import store
from services.catalog.shop_window.catalogue import Window
from tests.support.clock import SteppedClock
from tests.support.servers import Addresses
from tests.support.waiting import eventually
from tests.unit.catalog.files import with_promotion, yaml_file

_END_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
PATHS = ["/", "/?group=travel", "/?q=zzz", "/?page=2", "/stores/northline", "/nowhere"]


class Page(HTMLParser):
    """Collects a page's tags, and the words of its text."""

    def __init__(self, text: str) -> None:
        """Read the page."""
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += f" {data.strip()}"

    def values(self, tag: str, name: str) -> list[str]:
        return [attrs[name] or "" for found, attrs in self.tags if found == tag and name in attrs]


@pytest.mark.parametrize("path", PATHS)
def test_pages_carry_nothing_inline_and_name_their_parts(visitor: FlaskClient, path: str) -> None:
    """The policy forbids scripts and styles in the page; a stray one would break it in silence."""
    answer = visitor.get(path)
    page = Page(answer.text)
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert not {"script", "style", "iframe"}.intersection(tag for tag, _ in page.tags)
    assert not [
        name for _, attrs in page.tags for name in attrs if name.startswith(("on", "style"))
    ]
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert [tag for tag, _ in page.tags].count("h1") == 1
    assert set(page.values("label", "for")) <= set(ids)
    assert page.values("html", "lang") == ["en"]


@pytest.mark.parametrize("path", PATHS)
def test_every_link_of_a_page_leads_somewhere(visitor: FlaskClient, path: str) -> None:
    page = Page(visitor.get(path).text)
    own = {link for link in page.values("a", "href") if link.startswith("/")}
    assert own
    assert [link for link in own if visitor.get(link).status_code != 200] == []
    for file in page.values("link", "href"):
        with visitor.get(file) as answer:
            assert answer.status_code == 200


def test_a_group_shows_its_stores_by_name(visitor: FlaskClient) -> None:
    page = visitor.get("/?group=travel&sort=name").text
    names = re.findall(r'class="name"><a href="/stores/[\w-]+">(.*?)</a>', page)
    assert names[0] == "Booking.com"
    assert names == sorted(names, key=str.casefold)


def test_a_promotion_is_announced_runs_and_is_gone(
    visitor: FlaskClient, clock: SteppedClock
) -> None:
    told = []
    for day in (23, 28):
        clock.now = clock.now.replace(day=day)
        told.append(" ".join(Page(visitor.get("/stores/aliexpress").text).words.split()))
    clock.now = clock.now.replace(month=12, day=1)
    told.append(" ".join(Page(visitor.get("/stores/aliexpress").text).words.split()))
    assert "Black Friday : 12 % from 27 November to 30 November" in told[0]
    assert "Black Friday, until 30 November" in told[1]
    assert "usually 7 % 12 %" in told[1]
    assert "Black Friday" not in told[2]


def test_an_empty_search_says_so_and_shows_the_way_back(visitor: FlaskClient) -> None:
    hostile = "%3Cscript%3Ealert(1)%3C/script%3E%27;DROP%20TABLE%20stores--%00"
    answer = visitor.get(f"/?q={hostile}")
    assert answer.status_code == 200
    assert "No store is called" in answer.text
    assert "<script>" not in answer.text
    assert "Show all stores" in answer.text


@pytest.mark.parametrize(
    "path",
    ["/stores/nowhere", "/?group=sea", "/?subgroup=hotels", "/?page=99", "/?page=0", "/?page=x"],
)
def test_a_page_that_is_not_there_is_a_friendly_404(visitor: FlaskClient, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 404
    assert answer.mimetype == "text/html"
    assert "This shelf is empty" in answer.text


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
def test_no_moment_in_the_database_breaks_a_page(
    post_file: Callable[..., Any], client: FlaskClient, engine: Engine, period: str
) -> None:
    """INVARIANT: what an import could once leave in the tables closes no page."""
    sale = "name: Sale\nvalid_from: 2026-11-01\nvalid_to: 2026-12-01\nrates: {others: 9%}"
    post_file(yaml_file(with_promotion(sale)))
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE terms SET validity = {period}"))
        if ",)" not in period:
            connection.execute(text(f"UPDATE promotions SET validity = {period}"))
        store.raise_revision(connection)
    for path in ("/", "/?q=corner", "/stores/corner", "/api/stores", "/api/stores/corner"):
        assert client.get(path).status_code == 200, path


@pytest.mark.parametrize(
    ("query", "field"),
    [("page=1&page=2", "page"), ("q=a&q=b", "q"), ("q=%ff", "q"), ("group=a%c3%28", "group")],
)
def test_what_cannot_be_meant_is_refused_with_its_field(
    visitor: FlaskClient, query: str, field: str
) -> None:
    answer = visitor.get(f"/?{query}")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert answer.get_json()["errors"][0]["field"] == field


def test_an_unchanged_page_is_not_sent_again(visitor: FlaskClient) -> None:
    tag = visitor.get("/").headers["ETag"]
    again = visitor.get("/", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")


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
