"""Who asks is known from the request alone."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.click_tracking.visitor import (
    REPEAT_MS,
    Repeats,
    Visitors,
    is_person,
    milliseconds,
)
from shared.identity import SESSION_COOKIE, NotSignedIn, Sessions
from tests.unit.click_tracking.builders import BUYER, CHROME, NEIGHBOUR, NOW, SESSION_KEY, cookie

NOW_MS = milliseconds(NOW)


@pytest.fixture
def visitors() -> Visitors:
    return Visitors(Sessions([SESSION_KEY]))


def test_a_session_names_the_member(visitors: Visitors) -> None:
    member = visitors.member(cookie(BUYER), NOW_MS)
    assert (member.member_id, member.member) == (str(BUYER), BUYER.bytes)


@pytest.mark.parametrize(
    "around", ["{}", "a=b; {}", "{}; a=b", "a=b;{};c", "x; {} ;; =", "{}=; {}"]
)
def test_other_cookies_do_not_matter(visitors: Visitors, around: str) -> None:
    assert visitors.member(around.format(cookie(), cookie()), NOW_MS).member_id == str(BUYER)


@pytest.mark.parametrize("value", ["", "x", "=", "ü", "A" * 64, "A" * 10_000, "a=b"])
def test_a_forged_session_is_nobody(visitors: Visitors, value: str) -> None:
    with pytest.raises(NotSignedIn):
        visitors.member(f"{SESSION_COOKIE}={value}", NOW_MS)


def test_a_stale_cookie_beside_a_good_one_does_not_sign_out(visitors: Visitors) -> None:
    stale = cookie(NEIGHBOUR, ends_at=NOW - timedelta(days=1))
    assert visitors.member(f"{stale}; {cookie(BUYER)}", NOW_MS).member_id == str(BUYER)


def test_a_session_ends_even_when_it_is_remembered(visitors: Visitors) -> None:
    """INVARIANT: remembering an opened cookie never prolongs it."""
    ending = cookie(ends_at=NOW + timedelta(seconds=1))
    visitors.member(ending, NOW_MS)
    with pytest.raises(NotSignedIn):
        visitors.member(ending, NOW_MS + 1_000)


def test_a_session_of_another_key_is_nobody(visitors: Visitors) -> None:
    foreign = Sessions([bytes(32)]).seal(BUYER, NOW + timedelta(days=1))
    with pytest.raises(NotSignedIn):
        visitors.member(f"{SESSION_COOKIE}={foreign}", NOW_MS)


@pytest.mark.parametrize(
    "agent",
    [
        CHROME,
        "Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 50) AppleWebKit/537.36 Chrome/142.0 Mobile",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 [Pinterest/iOS]",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile [FBAN/FBIOS;FBAV/490.0]",
        "Mozilla/5.0 (Linux; arm_64; Android 14) YaSearchBrowser/24.9 YaApp_Android Mobile",
        "Mozilla/5.0 (Linux; Android 14) DuckDuckGo/5 Mobile Safari/537.36",
        "cashback-app/3.1 okhttp/4.12",
        "",
    ],
)
def test_people_are_people(agent: str) -> None:
    assert is_person({"REQUEST_METHOD": "GET", "HTTP_USER_AGENT": agent})


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
        "Mozilla/5.0 (compatible; YandexImages/3.0; +http://yandex.com/bots)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "Mozilla/5.0 (compatible; Linux x86_64; Mail.RU_Bot/2.0; +http://go.mail.ru/help/robots)",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "TelegramBot (like TwitterBot)",
        "WhatsApp/2.23.20.0",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2)",
        "Baiduspider+(+http://www.baidu.com/search/spider.htm)",
        "Pinterest/0.2 (+https://www.pinterest.com/bot.html)",
        "SkypeUriPreview Preview/0.5",
        "Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
        "kube-probe/1.31",
    ],
)
def test_known_robots_are_not(agent: str) -> None:
    assert not is_person({"REQUEST_METHOD": "GET", "HTTP_USER_AGENT": agent})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTP_SEC_PURPOSE", "prefetch"),
        ("HTTP_SEC_PURPOSE", "prefetch;prerender"),
        ("HTTP_SEC_PURPOSE", "prefetch;anonymous-client-ip"),
        ("HTTP_PURPOSE", "prefetch"),
        ("HTTP_PURPOSE", "Preview"),
        ("HTTP_X_PURPOSE", "preview"),
        ("HTTP_X_MOZ", "prefetch"),
    ],
)
def test_a_prefetch_is_not_a_click(name: str, value: str) -> None:
    assert not is_person({"REQUEST_METHOD": "GET", "HTTP_USER_AGENT": CHROME, name: value})


def test_a_look_at_the_headers_is_not_a_click() -> None:
    assert not is_person({"REQUEST_METHOD": "HEAD", "HTTP_USER_AGENT": CHROME})


def test_a_click_within_five_seconds_is_a_repeat() -> None:
    repeats = Repeats()
    assert not repeats.notice(BUYER.bytes, 1, 1_000_000)
    assert repeats.notice(BUYER.bytes, 1, 1_000_000 + REPEAT_MS)
    assert not repeats.notice(BUYER.bytes, 1, 1_000_001 + 2 * REPEAT_MS)


def test_a_clock_set_back_makes_no_repeats() -> None:
    repeats = Repeats()
    repeats.notice(BUYER.bytes, 1, 10_000_000)
    assert not repeats.notice(BUYER.bytes, 1, 6_400_000)
    assert repeats.notice(BUYER.bytes, 1, 6_400_100)


def test_another_store_or_member_is_no_repeat() -> None:
    repeats = Repeats()
    repeats.notice(BUYER.bytes, 1, 1_000_000)
    assert not repeats.notice(BUYER.bytes, 2, 1_000_100)
    assert not repeats.notice(NEIGHBOUR.bytes, 1, 1_000_200)


def test_what_is_remembered_of_clicks_is_bounded() -> None:
    """A day of clicks leaves no more behind than two times five seconds of them."""
    repeats = Repeats()
    for second in range(10_000):
        repeats.notice(uuid4().bytes, 1, second * 1000)
    assert repeats.remembered() <= 12
