"""A click leads to the store, or to a page on one of its hosts; nowhere else."""

from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.click_tracking.deep_link import (
    BadDeepLink,
    UnusableTrackingUrl,
    check_tracking_url,
    page_template,
    read_page,
    store_template,
)

HOSTS = {"shop.example", "m.shop.example"}
TRACKING = "https://track.example/go?aff=7&subid={click_id}"


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("https://shop.example", "https://shop.example/"),
        ("https://shop.example/", "https://shop.example/"),
        ("https://m.shop.example/a/b.html", "https://m.shop.example/a/b.html"),
        ("HTTPS://SHOP.EXAMPLE/Item", "https://shop.example/Item"),
        ("https://shop.example:443/a", "https://shop.example/a"),
        ("https://shop.example/a?x=1&y=%20#top", "https://shop.example/a?x=1&y=%20#top"),
        ("https://shop.example?x=1", "https://shop.example/?x=1"),
        ("https://shop.example//evil.example", "https://shop.example//evil.example"),
        ("https://shop.example/@evil.example", "https://shop.example/@evil.example"),
    ],
)
def test_pages_of_the_store_pass(asked: str, read: str) -> None:
    assert str(read_page(asked, HOSTS)) == read


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "/item",
        "//shop.example/",
        "shop.example",
        "http://shop.example/",
        "https:shop.example",
        "https:/shop.example",
        "https:///shop.example",
        "https://evil.example/",
        "https://shop.example.evil.example/",
        "https://evilshop.example/",
        "https://www.shop.example/",
        "https://shop.example./",
        "https://shop.example@evil.example/",
        "https://user@shop.example/",
        "https://user:secret@shop.example/",
        "https://shop.example:8443/",
        "https://shop.example:/",
        "https://shop.example\\@evil.example/",
        "https://evil.example\\.shop.example/",
        "https://evil.example/https://shop.example/",
        "https://evil.example#@shop.example/",
        "https://evil.example?@shop.example/",
        "https://evil.example;shop.example/",
        "\thttps://shop.example/",
        " https://shop.example/",
        "https://shop.example/\r\nSet-Cookie: a=b",
        "https://shop.example/\n",
        "https://shop.example/\x00",
        "https://shop.example/a b",
        "https://shop.example/ä",
        "https://\u0455hop.example/",
        "https://shop%2eexample/",
        "https://shop.example%00.evil.example/",
        "https://shop.example/%zz",
        "https://shop.example/<script>",
        "https://shop.example/{click_id}",
        "https://[::1]/",
        "javascript:alert(1)//https://shop.example/",
        "data:text/html,https://shop.example/",
        f"https://shop.example/{'a' * 2048}",
    ],
)
def test_everything_else_is_refused(asked: str) -> None:
    """INVARIANT: no open redirect."""
    with pytest.raises(BadDeepLink) as refusal:
        read_page(asked, HOSTS)
    assert refusal.value.field == "to"


_SPICE = st.sampled_from("@\\/:#?%.;&=\u3002\uff0f\t\n\r {}") | st.sampled_from(
    ["https://", "HTTPS", "shop.example", "evil.example", "//", "%2f", "%00", "javascript:"]
)


@given(st.lists(st.one_of(_SPICE, st.text(max_size=3)), max_size=10).map("".join))
@example("https://shop.example/%2f..//evil.example/#{}")
def test_whatever_is_asked_the_answer_stays_on_the_store(asked: str) -> None:
    """INVARIANT: whatever text comes in, what goes out is on an allowed host."""
    try:
        page = read_page(asked, HOSTS)
    except BadDeepLink:
        return
    for sent in (str(page), page_template(TRACKING, page)):
        parts = urlsplit(sent)
        assert (parts.scheme, parts.netloc in HOSTS) == ("https", True)
        assert sent.isascii()
        assert sent.isprintable()
        assert not set(sent) & set(' \\"<>^`|')


def test_a_page_carries_the_parameters_of_the_tracking_link() -> None:
    page = read_page("https://shop.example/item?color=red#photos", HOSTS)
    assert page_template(TRACKING, page) == (
        "https://shop.example/item?color=red&aff=7&subid={click_id}#photos"
    )


@pytest.mark.parametrize("name", ["subid", "SubId", "%73ubid", "aff"])
def test_a_page_cannot_bring_its_own_click(name: str) -> None:
    """INVARIANT: a link that somebody prepared cannot move a member's purchase to another click."""
    page = read_page(f"https://shop.example/item?{name}=stolen&x=1", HOSTS)
    pairs = parse_qsl(urlsplit(page_template(TRACKING, page)).query)
    assert pairs == [("x", "1"), ("aff", "7"), ("subid", "{click_id}")]


def test_a_network_takes_the_page_inside_its_own_link() -> None:
    network = "https://network.example/c/1/{click_id}?url={deep_link}&v=2"
    page = read_page("https://shop.example/item?a=1&b=2#c", HOSTS)
    sent = page_template(network, page)
    assert sent.startswith("https://network.example/c/1/{click_id}?url=https%3A%2F%2Fshop.example")
    assert unquote(dict(parse_qsl(urlsplit(sent).query))["url"]) == str(page)
    assert store_template(network) == "https://network.example/c/1/{click_id}?url=&v=2"


def test_a_link_with_the_click_in_its_path_has_no_pages() -> None:
    page = read_page("https://shop.example/item", HOSTS)
    with pytest.raises(BadDeepLink):
        page_template("https://track.example/{click_id}/go", page)


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/no-click",
        "ftp://shop.example/{click_id}",
        "https://shop.example/{click_id}\r\nSet-Cookie: a=b",
        "https://shop.example/ {click_id}",
        "https://{click_id}.example/",
        "https://user@shop.example/{click_id}",
        "https://shop.example\\{click_id}",
        "javascript:alert('{click_id}')",
        "/{click_id}",
    ],
)
def test_a_tracking_link_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UnusableTrackingUrl):
        check_tracking_url("aliexpress", url)


def test_ordinary_tracking_links_pass() -> None:
    check_tracking_url("local", "http://127.0.0.1:8112/shop/aliexpress?subid={click_id}")
    check_tracking_url("query", "https://shop.example?sid={click_id}")
    check_tracking_url("path", "https://shop.example/c/{click_id}/x?u={deep_link}#a")
