"""GET /go/<store>: to the store, and the click is kept; or a refusal that says why."""

import json
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from services.click_tracking.click_id import PURPOSE
from services.click_tracking.config import WhenBroken
from services.click_tracking.visitor import milliseconds
from shared.identity import SESSION_COOKIE
from shared.sealed import Sealer
from tests.unit.click_tracking.builders import (
    BUYER,
    CHROME,
    CLICK_KEY,
    NEIGHBOUR,
    NOW,
    Answer,
    Shop,
    cookie,
    make_store,
)


def _click_id(answer: Answer) -> str:
    (sub_id,) = parse_qs(urlsplit(answer.location).query)["subid"]
    return sub_id


def test_a_member_is_sent_to_the_store_and_the_click_is_kept(shop: Shop) -> None:
    answer = shop.go()
    assert answer.status == 302
    assert answer.location.startswith("https://shop.example/aliexpress?aff=7&subid=")
    (click,) = shop.recorded()
    assert click.click_id == _click_id(answer)
    assert (click.member_id, click.store_id) == (str(BUYER), "aliexpress")
    assert click.clicked_at_ms == int(NOW.timestamp() * 1000)
    assert (click.deep_link, click.repeat) == (None, False)


def test_the_click_id_proves_who_when_and_where(shop: Shop) -> None:
    plain = Sealer([CLICK_KEY]).open(_click_id(shop.go()), PURPOSE)
    assert UUID(bytes=plain[:16]) == BUYER
    assert int.from_bytes(plain[16:22], "big") == int(NOW.timestamp() * 1000)
    assert int.from_bytes(plain[22:26], "big") == 1


def test_no_two_clicks_have_one_id(shop: Shop) -> None:
    assert len({_click_id(shop.go()) for _ in range(100)}) == 100


def test_the_answer_is_never_kept_and_tells_the_store_nothing(shop: Shop) -> None:
    headers = {name.lower(): value for name, value in shop.go().headers.items()}
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in headers
    assert SESSION_COOKIE not in str(headers)


def test_a_second_click_within_seconds_is_kept_and_marked(shop: Shop) -> None:
    shop.go()
    shop.go()
    shop.redirect.now_ms = lambda: milliseconds(NOW) + 11_000
    shop.go()
    assert [click.repeat for click in shop.recorded()] == [False, True, False]


@pytest.mark.parametrize(
    "environ",
    [
        {"REQUEST_METHOD": "HEAD"},
        {"HTTP_SEC_PURPOSE": "prefetch"},
        {"HTTP_X_MOZ": "prefetch"},
        {"HTTP_USER_AGENT": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
    ],
    ids=str,
)
def test_what_is_no_click_gets_the_answer_and_is_not_kept(
    shop: Shop, environ: dict[str, str]
) -> None:
    answer = shop.go(**environ)
    assert answer.status == 302
    assert Sealer([CLICK_KEY]).open(_click_id(answer), PURPOSE)
    assert shop.recorded() == []


def test_a_page_of_the_store_may_be_asked_for(shop: Shop) -> None:
    answer = shop.go(query="to=https%3A%2F%2Fshop.example%2Fitem%3Fcolor%3Dred&utm_source=mail")
    assert answer.location.startswith("https://shop.example/item?color=red&aff=7&subid=")
    (click,) = shop.recorded()
    assert click.deep_link == "https://shop.example/item?color=red"


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("to=https%3A%2F%2Fevil.example%2F", "bad_deep_link", "to"),
        ("to=", "bad_deep_link", "to"),
        ("to=https://shop.example/&to=https://shop.example/", "repeated_parameter", "to"),
        ("x=1&x=1", "repeated_parameter", "x"),
        ("to=%ff%fe", "bad_query", "query"),
        ("to=\xe9", "bad_query", "query"),
        ("x=" + "a" * 9000, "bad_query", "query"),
        ("&".join(f"x{n}=" for n in range(60)), "bad_query", "query"),
    ],
    ids=lambda value: value[:30],
)
def test_a_bad_query_is_refused_by_its_name(shop: Shop, query: str, code: str, field: str) -> None:
    answer = shop.go(query=query)
    problem = json.loads(answer.body)
    assert (answer.status, problem["code"]) == (400, code)
    assert problem["errors"][0]["field"] == field
    assert shop.recorded() == []


@pytest.mark.parametrize("store_id", ["nowhere", "", "a/b", "ALIEXPRESS", "../etc", "%00", "\xff"])
def test_an_unknown_store_is_not_found(shop: Shop, store_id: str) -> None:
    answer = shop.go(f"/go/{store_id}")
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_paused_store_says_so(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(stores=[make_store(status="paused")])
    answer = shop.go(HTTP_ACCEPT="text/html", HTTP_ACCEPT_LANGUAGE="en-GB")
    assert answer.status == 409
    assert b"taking a break" in answer.body
    assert b'href="http://account.example/stores/aliexpress"' in answer.body


def test_who_asks_for_no_store_is_led_to_all_of_them(shop: Shop) -> None:
    answer = shop.go('/go/"><script>', HTTP_ACCEPT="text/html")
    assert answer.status == 404
    assert b'href="http://account.example/"' in answer.body
    assert b"<script>" not in answer.body


@pytest.mark.parametrize(
    "cookies", ["", "a=b", f"{SESSION_COOKIE}=forged", cookie(ends_at=NOW - timedelta(seconds=1))]
)
def test_nobody_signed_in_is_asked_to(shop: Shop, cookies: str) -> None:
    answer = shop.go(HTTP_COOKIE=cookies)
    assert (answer.status, json.loads(answer.body)["code"]) == (401, "not_signed_in")
    assert shop.recorded() == []


def test_a_person_gets_a_page_with_the_way_to_sign_in(shop: Shop) -> None:
    asks = {"HTTP_ACCEPT": "text/html,application/xhtml+xml", "HTTP_ACCEPT_LANGUAGE": "en"}
    answer = shop.go(HTTP_COOKIE="", **asks)
    assert answer.status == 401
    assert answer.headers["Content-Type"].startswith("text/html")
    assert b"Sign in" in answer.body
    assert b'href="http://account.example/enter?back=%2Fstores%2Faliexpress"' in answer.body
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("asks", "words"),
    [
        ({"HTTP_ACCEPT_LANGUAGE": "ru-RU"}, "Войдите, чтобы получить бонус"),
        ({"HTTP_ACCEPT_LANGUAGE": "uk"}, "Увійдіть, щоб отримати бонус"),
        ({"HTTP_ACCEPT_LANGUAGE": "ru", "HTTP_COOKIE": "cashback_language=sv"}, "Logga in"),
    ],
)
def test_the_page_speaks_the_language_of_the_website(
    shop: Shop, asks: dict[str, str], words: str
) -> None:
    answer = shop.go(**{"HTTP_COOKIE": "", "HTTP_ACCEPT": "text/html", **asks})
    assert words in answer.body.decode()


def test_what_was_asked_is_shown_as_text_only(shop: Shop) -> None:
    """INVARIANT: a page never runs what came in its address."""
    answer = shop.go("/go/<script>alert(1)", HTTP_ACCEPT="text/html")
    assert b"<script>" not in answer.body
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_two_members_are_kept_apart(shop: Shop) -> None:
    shop.go(HTTP_COOKIE=cookie(BUYER))
    shop.go(HTTP_COOKIE=cookie(NEIGHBOUR))
    assert [click.member_id for click in shop.recorded()] == [str(BUYER), str(NEIGHBOUR)]


def test_a_broken_journal_refuses_the_click(shop: Shop) -> None:
    """INVARIANT: in this mode no click is answered that is not kept."""
    shop.redirect.journal.close()
    answer = shop.go()
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert shop.redirect.counted["journal_broken"] == 1


def test_a_broken_journal_may_let_the_member_go(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(when_broken=WhenBroken.REDIRECT)
    shop.redirect.journal.close()
    assert shop.go().status == 302
    assert shop.redirect.counted["lost"] == 1


def test_answers_are_counted_by_outcome(shop: Shop) -> None:
    shop.go()
    shop.go()
    shop.go(REQUEST_METHOD="HEAD")
    shop.go("/go/nowhere")
    assert shop.redirect.counted == {"click": 1, "repeat": 1, "unrecorded": 1, "unknown_store": 1}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_other_methods_are_not_allowed(shop: Shop, method: str) -> None:
    assert shop.go(REQUEST_METHOD=method).status == 405


def test_everything_else_is_flask_s(shop: Shop) -> None:
    assert shop.go("/healthz").status == 200
    assert json.loads(shop.go("/readyz").body) == {"stores": "ready", "journal": "ready"}
    assert shop.go("/ops/events/republish", REQUEST_METHOD="POST").status == 401


def test_hypertext_links_by_people_are_people_s(shop: Shop) -> None:
    shop.go(HTTP_USER_AGENT=CHROME, HTTP_REFERER="https://account.example/")
    assert len(shop.recorded()) == 1
