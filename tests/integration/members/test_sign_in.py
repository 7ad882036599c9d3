"""The sign-in link: once, within ten minutes, leaving a cookie no script reads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest

from shared.identity import SESSION_COOKIE, NotSignedIn, Sessions
from tests.integration.members.conftest import CLERK, Desk
from tests.support.clock import SteppedClock

SESSIONS = Sessions([b"k" * 32])


def test_a_link_signs_in_and_leads_to_the_website(desk: Desk, clock: SteppedClock) -> None:
    member_id = desk.register()["member_id"]
    answer = desk.browser().get(desk.sign_in_path(member_id))
    assert (answer.status_code, answer.location) == (303, "http://account.test")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    token = cookie.split(";")[0].removeprefix(f"{SESSION_COOKIE}=")
    assert SESSIONS.open(token, clock()) == UUID(member_id)
    with pytest.raises(NotSignedIn):
        SESSIONS.open(token, clock() + timedelta(days=30))


def test_in_production_the_cookie_travels_over_https_alone(opened: Callable[..., Desk]) -> None:
    desk = opened(app_env="production")
    path = desk.sign_in_path(desk.register()["member_id"])
    assert "Secure" in desk.browser().get(path).headers["Set-Cookie"]


def test_of_many_who_open_a_link_at_once_one_is_signed_in(desk: Desk) -> None:
    """INVARIANT: a link works once. Reading it before using it up would sign two in."""
    path = desk.sign_in_path(desk.register()["member_id"])
    with ThreadPoolExecutor(8) as browsers:
        codes = list(browsers.map(lambda _: desk.browser().get(path).status_code, range(8)))
    assert sorted(codes) == [303] + [410] * 7


def test_a_link_ends_after_ten_minutes(desk: Desk, clock: SteppedClock) -> None:
    path = desk.sign_in_path(desk.register()["member_id"])
    clock.move(timedelta(minutes=10))
    late = desk.browser().get(path)
    assert late.status_code == 410
    assert "Set-Cookie" not in late.headers


@pytest.mark.parametrize("headers", [{"Sec-Purpose": "prefetch"}, {"Purpose": "preview"}, None])
def test_looking_at_a_link_does_not_use_it_up(desk: Desk, headers: dict[str, str] | None) -> None:
    """A messenger that previews the link must not be the one who is signed in."""
    path = desk.sign_in_path(desk.register()["member_id"])
    looked = desk.browser().open(path, method="GET" if headers else "HEAD", headers=headers)
    assert "Set-Cookie" not in looked.headers
    assert desk.browser().get(path).status_code == 303


def test_nobody_signs_in_as_a_blocked_member(desk: Desk) -> None:
    member_id = desk.register()["member_id"]
    path = desk.sign_in_path(member_id)
    desk.ask(
        "POST", f"/members/{member_id}/block", key=CLERK, json={"reason": "fraud", "clerk": "anna"}
    )
    assert desk.browser().get(path).status_code == 410
    refused = desk.ask("POST", f"/members/{member_id}/sessions", key=CLERK)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "member_blocked")


@pytest.mark.parametrize(
    ("token", "status"),
    [("x", 410), ("a" * 43, 410), ("%00", 404), ("%ff", 410), ("<script>", 410), ("a" * 5000, 410)],
)
def test_a_made_up_link_is_refused(desk: Desk, token: str, status: int) -> None:
    answer = desk.browser().get(f"/sign-in/{token}")
    assert answer.status_code == status
    assert "<script>" not in answer.text


def test_guessing_links_is_slowed_down(desk: Desk) -> None:
    answers = [desk.browser().get(f"/sign-in/guess-{one}").status_code for one in range(22)]
    assert answers[:20] == [410] * 20
    assert answers[-1] == 429
    path = desk.sign_in_path(desk.register()["member_id"])
    assert desk.browser().get(path).status_code == 429  # this address has to wait a minute
