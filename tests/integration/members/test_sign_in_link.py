"""The sign-in link that a clerk makes: once, within ten minutes, by the site's button alone."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from tests.integration.members.conftest import CLERK, SERVICE, Desk
from tests.integration.members.people import new_address
from tests.support.clock import SteppedClock


def use(desk: Desk, token: str, address: str | None = None) -> TestResponse:
    headers = {**SERVICE, "X-Visitor-Address": address or new_address()}
    return desk.ask("POST", "/sign-ins/link", key=headers, json={"token": token})


def token_of(desk: Desk, member_id: str) -> str:
    return desk.link(member_id).removeprefix("http://account.test/enter/link/")


def test_a_link_leads_to_the_site_and_lets_in(desk: Desk) -> None:
    member_id = desk.register()["member_id"]
    link = desk.link(member_id)
    assert link.startswith("http://account.test/enter/link/")
    entry = use(desk, token_of(desk, member_id))
    assert entry.status_code == 200, entry.text
    assert entry.get_json()["member_id"] == member_id
    assert entry.get_json()["device_secret"]


def test_of_many_who_use_a_link_at_once_one_is_let_in(desk: Desk) -> None:
    """INVARIANT: a link works once. Reading it before using it up would let two in."""
    token = token_of(desk, desk.register()["member_id"])
    with ThreadPoolExecutor(8) as browsers:
        codes = list(browsers.map(lambda _: use(desk, token).status_code, range(8)))
    assert sorted(codes) == [200] + [410] * 7


def test_a_link_ends_after_ten_minutes(desk: Desk, clock: SteppedClock) -> None:
    token = token_of(desk, desk.register()["member_id"])
    clock.move(timedelta(minutes=10))
    assert use(desk, token).status_code == 410


def test_nobody_signs_in_as_a_blocked_member(desk: Desk) -> None:
    member_id = desk.register()["member_id"]
    token = token_of(desk, member_id)
    why = {"reason": "fraud", "clerk": "anna"}
    desk.ask("POST", f"/members/{member_id}/block", key=CLERK, json=why)
    assert use(desk, token).status_code == 410
    refused = desk.ask("POST", f"/members/{member_id}/sessions", key=CLERK)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "member_blocked")


@pytest.mark.parametrize(
    ("token", "status"), [("x", 410), ("a" * 43, 410), ("<script>", 410), ("a" * 5000, 422)]
)
def test_a_made_up_link_is_refused(desk: Desk, token: str, status: int) -> None:
    assert use(desk, token).status_code == status


def test_guessing_links_is_slowed_down(desk: Desk) -> None:
    address = new_address()
    answers = [use(desk, f"guess-{one}", address).status_code for one in range(22)]
    assert answers[:20] == [410] * 20
    assert answers[-1] == 429
    token = token_of(desk, desk.register()["member_id"])
    assert use(desk, token, address).status_code == 429  # this address has to wait a minute
