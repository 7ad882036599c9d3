"""A member's favourite stores: his alone, each once, not without end."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from services.members.favourites.store import MOST_FAVOURITES
from shared.clock import utc_now
from shared.identity import SESSION_COOKIE
from tests.integration.members.conftest import Desk


def signed_in(desk: Desk) -> FlaskClient:
    browser = desk.browser()
    browser.set_cookie(SESSION_COOKIE, desk.cookie(desk.register()["member_id"]))
    return browser


def listed(browser: FlaskClient) -> list[str]:
    answer: Any = browser.get("/me/favourites").get_json()
    return [one["store_id"] for one in answer["data"]]


def test_a_store_is_a_favourite_once_and_of_one_member(desk: Desk) -> None:
    mine, other = signed_in(desk), signed_in(desk)
    for _ in range(2):
        assert mine.put("/me/favourites/aliexpress").status_code == 204
    assert listed(mine) == ["aliexpress"]
    assert listed(other) == []
    assert other.delete("/me/favourites/aliexpress").status_code == 204
    assert listed(mine) == ["aliexpress"]
    for _ in range(2):
        assert mine.delete("/me/favourites/aliexpress").status_code == 204
    assert listed(mine) == []


@pytest.mark.parametrize("store_id", ["A", "a b", "x" * 65, "%00", "a%0a", "\N{SNOWMAN}"])
def test_what_is_no_store_is_refused(desk: Desk, store_id: str) -> None:
    answer = signed_in(desk).put(f"/me/favourites/{store_id}")
    assert answer.status_code in {404, 422}
    if answer.status_code == 422:
        assert answer.get_json()["errors"][0]["field"] == "store_id"


def test_nobody_signed_in_has_none(desk: Desk) -> None:
    for method in ("GET", "PUT", "DELETE"):
        path = "/me/favourites" if method == "GET" else "/me/favourites/aliexpress"
        assert desk.ask(method, path, key={}).status_code == 401


def test_there_is_an_end_to_them(desk: Desk) -> None:
    browser = desk.browser()
    member_id = desk.register()["member_id"]
    browser.set_cookie(SESSION_COOKIE, desk.cookie(member_id))
    with desk.app.extensions["members"].engine.begin() as connection:
        connection.execute(
            text("INSERT INTO favourites VALUES (:member_id, :store_id, :now)"),
            [
                {"member_id": member_id, "store_id": f"s{number}", "now": utc_now()}
                for number in range(MOST_FAVOURITES)
            ],
        )
    answer = browser.put("/me/favourites/one-more")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "too_many_favourites")
    assert browser.put("/me/favourites/s1").status_code == 204
    browser.delete("/me/favourites/s1")
    assert browser.put("/me/favourites/one-more").status_code == 204
