"""Friends and what they brought; promo codes; and what holds for every form of the account."""

import re
from uuid import uuid4

from flask import Flask

from tests.integration.account.me.conftest import Reader
from tests.integration.account.me.neighbours import BONUS, Neighbours, bonus


def test_friends_are_listed_with_what_they_brought(reader: Reader, neighbours: Neighbours) -> None:
    joined = {"joined_at": "2026-11-01T10:00:00Z", "is_held": False}
    brought = {"bonus_id": BONUS, "amount": 200, "status": "accrued", "source": "invitation"}
    waits = brought | {"amount": 150, "status": "pending"}
    friends = [joined | {"bonus": one} for one in (brought, waits, None)]
    neighbours.answers["GET /me/invitations"] = {"data": friends}
    said = reader.opens("/me/friends")
    assert "Brought so far 200 ₽" in said
    assert "+150 ₽ Pending" in said
    assert "No purchase yet" in said


def test_the_link_is_there_once_members_tell_the_code(
    reader: Reader, neighbours: Neighbours
) -> None:
    reader.opens("/me/friends")
    assert "invitation=" not in reader.page.text
    neighbours.answers["GET /me/profile"] = {"invitation_code": "K7WQ2M9X"}
    assert "http://account.test/join?invitation=K7WQ2M9X" in reader.opens("/me/friends")


def test_a_promo_code_leads_to_its_bonus(reader: Reader, neighbours: Neighbours) -> None:
    neighbours.answers["POST /me/promo-codes"] = {"bonus_id": BONUS, "amount": 250}
    neighbours.answers[f"GET /me/bonuses/{BONUS}"] = bonus()
    reader.opens("/me/friends")
    said = reader.sends("/me/friends", code=" SPRING ")
    assert "The code was worth 250 ₽. It is yours." in said
    assert neighbours.asked("POST /me/promo-codes") == [{"code": "SPRING"}]


def test_a_code_that_gives_nothing_is_shown_again(reader: Reader, neighbours: Neighbours) -> None:
    neighbours.refuse("POST /me/promo-codes", 404, "no_such_code")
    reader.opens("/me/friends")
    said = reader.sends("/me/friends", code="<b>WINTER")
    assert "This code gives nothing" in said
    assert 'value="&lt;b&gt;WINTER"' in reader.page.text


def test_a_refusal_is_told_in_the_visitors_language(reader: Reader, neighbours: Neighbours) -> None:
    neighbours.refuse("POST /me/promo-codes", 404, "no_such_code")
    reader.client.set_cookie("cashback_language", "ru")
    reader.opens("/me/friends")
    assert "Этот код ничего не даёт" in reader.sends("/me/friends", code="X")


def test_no_form_is_taken_without_its_token(
    account: Flask, reader: Reader, neighbours: Neighbours
) -> None:
    """INVARIANT: each POST under /me asks for the token of a page of ours."""
    rules = [
        re.sub(r"<any\((\w+)[^>]*>", r"\1", re.sub(r"<uuid:\w+>", str(uuid4()), rule.rule))
        for rule in account.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and rule.rule.startswith("/me")
    ]
    assert not any("<" in path for path in rules)
    assert len(rules) > 10
    for path in rules:
        assert reader.client.post(path, data={"code": "1"}).status_code == 400, path
    assert neighbours.questions == []
