"""Messages: what the member was told, in the page's own words, and how much is not read yet."""

from typing import Any

import pytest

from tests.integration.account.me.conftest import Reader
from tests.integration.account.me.neighbours import Neighbours

NEWEST = "70000000-0000-4000-8000-000000000001"


def notice(kind: str, news: str, *, is_read: bool = False, **facts: Any) -> dict[str, Any]:
    return {
        "notice_id": NEWEST,
        "news": news,
        "kind": kind,
        "facts": facts,
        "made_at": "2026-11-29T20:30:00Z",
        "is_read": is_read,
    }


def test_messages_are_listed_with_what_to_do(reader: Reader, neighbours: Neighbours) -> None:
    data = [
        notice("bonus_accrued", "bonuses", store="ozon", store_name="Ozon", amount=1250),
        notice("top_up_declined", "payouts", amount=300, hint="barred", is_read=True),
        notice("of_a_later_day", "moons"),
    ]
    neighbours.answers["GET /me/notices"] = {"data": data, "next": 7, "unread": 2}
    said = reader.opens("/me/notices")
    assert "1,250 ₽ from Ozon is confirmed: it is yours." in said
    assert "29 November 2026, 23:30 New" in said
    assert "ask the operator, or choose another goal" in said
    assert "There is news in your account." in said
    assert 'href="/me/notices?after=7"' in reader.page.text


def test_a_press_of_the_button_reads_what_was_shown(reader: Reader, neighbours: Neighbours) -> None:
    """INVARIANT: what came after the page was made stays unread; looking reads nothing."""
    listed = {"data": [notice("email_changed", "account")], "next": None, "unread": 1}
    neighbours.answers["GET /me/notices"] = listed
    neighbours.answers["POST /me/notices/read"] = {}
    reader.opens("/me/notices")
    assert neighbours.asked("POST /me/notices/read") == []
    reader.sends("/me/notices/read", newest=NEWEST)
    assert neighbours.asked("POST /me/notices/read") == [{"newest": NEWEST}]
    assert reader.page.status_code == 200


def test_every_page_of_the_account_says_how_many_are_unread(
    reader: Reader, neighbours: Neighbours
) -> None:
    neighbours.answers["GET /me/notices"] = {"data": [], "next": None, "unread": 3}
    reader.opens("/me/friends")
    assert "3 unread" in reader.page.text
    assert len(neighbours.asked("GET /me/notices")) == 1
    neighbours.heard.clear()
    reader.opens("/me/notices")
    assert len(neighbours.asked("GET /me/notices")) == 1


def test_a_page_lives_without_the_number(reader: Reader, neighbours: Neighbours) -> None:
    """INVARIANT: who asks for his money gets it, though nobody counts his messages."""
    neighbours.refuse("GET /me/notices", 503, "away")
    assert "Friends and codes" in reader.opens("/me/friends")
    assert reader.page.status_code == 200
    assert "unread" not in reader.page.text


@pytest.mark.parametrize("query", ["after=x", "after=0"])
def test_a_wrong_place_in_the_list_is_no_page(
    reader: Reader, neighbours: Neighbours, query: str
) -> None:
    neighbours.refuse("GET /me/notices", 422, "invalid_fields")
    reader.opens(f"/me/notices?{query}")
    assert reader.page.status_code == 404
