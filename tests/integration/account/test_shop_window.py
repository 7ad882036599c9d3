"""The shop window: whole without scripts, safe with any input, there while the catalog is away."""

import re
from html.parser import HTMLParser

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.account.shop.window import Window
from shared.http_client import CallFailed
from tests.integration.account.neighbours import Catalog
from tests.support.clock import SteppedClock

PATHS = ["/", "/?group=travel", "/?q=zzz", "/?page=2", "/stores/northline", "/stores/nowhere"]


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


def words(client: FlaskClient, path: str) -> str:
    """Answer the words of a page, one blank between them."""
    return " ".join(Page(client.get(path).text).words.split())


@pytest.mark.parametrize("path", PATHS)
def test_a_page_carries_nothing_inline_and_names_its_parts(
    stranger: FlaskClient, path: str
) -> None:
    """The policy forbids scripts and styles in the page; a stray one would break it in silence."""
    answer = stranger.get(path)
    page = Page(answer.text)
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]
    assert all(attrs.get("src") for tag, attrs in page.tags if tag == "script")
    assert not {"style", "iframe"}.intersection(tag for tag, _ in page.tags)
    assert not [
        name for _, attrs in page.tags for name in attrs if name.startswith(("on", "style"))
    ]
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert [tag for tag, _ in page.tags].count("h1") == 1
    assert set(page.values("label", "for")) <= set(ids)
    assert page.values("html", "lang") == ["en"]


@pytest.mark.parametrize("path", ["/", "/?group=travel&q=o", "/stores/northline"])
def test_every_link_into_the_window_leads_somewhere(stranger: FlaskClient, path: str) -> None:
    page = Page(stranger.get(path).text)
    own = {link for link in page.values("a", "href") if re.match(r"/(\?|stores/|$)", link)}
    own -= {link for link in own if "favourites" in link}
    assert own
    assert [link for link in own if stranger.get(link).status_code != 200] == []


def test_all_stores_stand_on_the_pages_once(stranger: FlaskClient) -> None:
    seen: list[str] = []
    path: str | None = "/"
    while path:
        page = stranger.get(path).text
        seen += re.findall(r'class="name"><a href="/stores/([\w-]+)">', page)
        following = re.search(r'rel="next" href="(.*?)"', page)
        path = following and following.group(1).replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 69


def test_a_group_shows_its_stores_by_name(stranger: FlaskClient) -> None:
    page = stranger.get("/?group=travel&sort=name").text
    names = re.findall(r'class="name"><a href="/stores/[\w-]+">(.*?)</a>', page)
    assert names[0] == "Booking.com"
    assert names == sorted(names, key=str.casefold)


def test_a_promotion_is_announced_runs_and_is_gone(
    stranger: FlaskClient, clock: SteppedClock
) -> None:
    told = [words(stranger, "/stores/aliexpress")]
    clock.now = clock.now.replace(day=28)
    told.append(words(stranger, "/stores/aliexpress"))
    clock.now = clock.now.replace(month=12, day=1)
    told.append(words(stranger, "/stores/aliexpress"))
    assert "Black Friday: 12% from 27 November to 30 November" in told[0]
    assert "Black Friday, until 30 November" in told[1]
    assert "usually 7% 12%" in told[1]
    assert "Black Friday" not in told[2]


def test_a_paused_store_keeps_its_page_and_says_so(stranger: FlaskClient, catalog: Catalog) -> None:
    catalog.paused.add("aliexpress")
    page = stranger.get("/stores/aliexpress").text
    assert "This store is paused" in page
    assert "/to/aliexpress" not in page
    assert stranger.get("/to/aliexpress").status_code == 303


def test_an_empty_search_says_so_and_shows_the_way_back(stranger: FlaskClient) -> None:
    hostile = "%3Cscript%3Ealert(1)%3C/script%3E%27;DROP%20TABLE%20stores--%00"
    answer = stranger.get(f"/?q={hostile}")
    assert answer.status_code == 200
    assert "No store is called" in answer.text
    assert "<script>" not in answer.text
    assert "Show all stores" in answer.text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        *((query, 404) for query in ("group=sea", "subgroup=hotels", "page=99", "page=0")),
        *((query, 404) for query in ("page=x", "page=-1", "page=1e9", "group=%00")),
        *((query, 400) for query in ("page=1&page=2", "q=a&q=b", "q=%ff", "group=a%c3%28")),
    ],
)
def test_what_cannot_be_meant_is_a_friendly_page(
    stranger: FlaskClient, query: str, status: int
) -> None:
    answer = stranger.get(f"/?{query}")
    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert "To the first page" in answer.text


def test_words_are_the_visitors(stranger: FlaskClient, clock: SteppedClock) -> None:
    clock.now = clock.now.replace(day=28)
    stranger.environ_base["HTTP_ACCEPT_LANGUAGE"] = "ru"
    assert "Интернет-магазины" in words(stranger, "/")
    told = words(stranger, "/stores/aliexpress")
    assert "до 30 ноября" in told
    assert "Подарочные карты без баллов" in told
    assert "Войти и перейти в магазин" in told


def test_the_window_stays_open_while_the_catalog_is_away(
    site: Flask, stranger: FlaskClient, catalog: Catalog
) -> None:
    """What was told last is shown; only who never heard of any store says that a part is away."""
    assert stranger.get("/").status_code == 200
    catalog.is_away = True
    assert "AliExpress" in stranger.get("/stores/aliexpress").text
    fresh = Window(site.extensions["account"].services.catalog)
    with pytest.raises(CallFailed):
        fresh.look()
    site.extensions["shop"] = fresh
    assert stranger.get("/").status_code == 503


def test_the_catalog_is_asked_seldom_and_tells_only_what_changed(
    site: Flask, catalog: Catalog
) -> None:
    calm = Window(site.extensions["account"].services.catalog)
    assert calm.look() is calm.look()
    assert catalog.asked == ["/api/stores", "/api/groups"]
    eager = Window(site.extensions["account"].services.catalog, fresh_seconds=0)
    seen = eager.look()
    assert eager.look() is seen
    assert catalog.answered[-1] == 304
    catalog.paused.add("aliexpress")
    catalog.revision += 1
    assert eager.look().stores["aliexpress"].is_paused


def test_a_page_is_the_same_for_a_typing_visitor(stranger: FlaskClient) -> None:
    """The script takes these parts of a page and puts them in place."""
    page = stranger.get("/?q=ali")
    assert 'id="window" data-found="1 store found"' in page.text
    assert 'id="found" role="status" aria-live="polite"' in page.text


def test_a_prefix_of_words_finds_a_store_by_any_of_its_names(stranger: FlaskClient) -> None:
    assert "AliExpress" in words(stranger, "/?q=%D0%B0%D0%BB%D0%B8%D1%8D%D0%BA")
