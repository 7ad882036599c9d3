"""A member's claims over HTTP: the date before the deadline, a claim after it, and his own only."""

from typing import Any

import pytest

from tests.integration.bonus_status.api import CLERK
from tests.integration.bonus_status.claiming import Claims
from tests.integration.bonus_status.desk import Desk
from tests.support import bonuses

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.fixture
def claims(desk: Desk) -> Claims:
    return Claims(desk)


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The problem that a request was refused with."""
    problem: dict[str, Any] = answer.get_json()
    assert (answer.status_code, problem["code"]) == (status, code), answer.text
    return problem


def test_before_the_deadline_the_answer_is_the_date(claims: Claims) -> None:
    claims.clicks(hours=1)
    problem = refused(claims.post(claims.order()), 409, "too_early")
    assert problem["promised_at"] == problem["expected"]["by"] == "2027-01-07T12:00:00Z"
    assert "2027-01-07 12:00 UTC" in problem["detail"]
    assert claims.client.get("/me/claims").get_json() == {"data": [], "next": None}


def test_after_it_the_claim_opens_upon_the_click(claims: Claims) -> None:
    click_id = claims.clicks(hours=1)
    claims.clicks(days=3)
    order = claims.order()
    claims.later()
    answer = claims.post(order)
    assert answer.status_code == 201
    claim = answer.get_json()
    assert (claim["state"], claim["opened_by"]) == ("opened", "member")
    assert [one["what"] for one in claim["steps"]] == ["opened"]
    assert claims.seen(claim["claim_id"])["click_id"] == click_id
    (said,) = claims.said(claim["claim_id"])
    assert (said["version"], said["data"]["click_id"]) == (1, click_id)
    (listed,) = claims.client.get("/me/claims").get_json()["data"]
    assert listed["claim_id"] == claim["claim_id"]


def test_a_claim_needs_a_click_in_the_stores_window(claims: Claims) -> None:
    claims.clicks(days=31)
    order = claims.order()
    claims.later()
    problem = refused(claims.post(order), 422, "no_click")
    assert problem["errors"][0]["field"] == "ordered_at"


def test_a_click_of_another_member_is_none(claims: Claims) -> None:
    claims.clicks(hours=1)
    order = claims.order()
    claims.desk.member_id = bonuses.new_id()
    claims.later()
    refused(claims.post(order), 422, "no_click")


def test_the_window_is_the_stores_own(claims: Claims) -> None:
    claims.desk.hear(claims.desk.store(attribution_days=60))
    claims.clicks(days=31)
    order = claims.order()
    claims.later()
    assert claims.post(order).status_code == 201


def test_an_order_that_has_a_bonus_is_answered_with_it(claims: Claims) -> None:
    order = claims.order()
    bonus_id = claims.reported(order, status="declined", reason="gift card")
    claims.later()
    problem = refused(claims.post(order), 409, "has_bonus")
    assert (problem["bonus_id"], problem["bonus_status"]) == (bonus_id, "rejected")


def test_a_bonus_that_waits_past_its_date_is_claimed_without_a_click(claims: Claims) -> None:
    order = claims.order()
    bonus_id = claims.reported(order)
    refused(claims.post(order), 409, "too_early")
    claims.later()
    claim = claims.post(order).get_json()
    assert [one["bonus_id"] for one in claim["bonuses"]] == [bonus_id]


def test_an_order_is_claimed_once(claims: Claims) -> None:
    claim = claims.opened()
    order = claims.order(order_id=claim["order_id"], ordered_at=claim["ordered_at"])
    problem = refused(claims.post(order), 409, "claimed_before")
    assert problem["claim_id"] == claim["claim_id"]


def test_another_members_claim_does_not_exist(claims: Claims) -> None:
    claim_id = claims.opened()["claim_id"]
    unknown = bonuses.new_id()
    claims.sign_in(bonuses.new_id())
    for wanted in (claim_id, unknown):
        answers = [
            claims.mine(wanted),
            claims.client.post(f"/me/claims/{wanted}/withdraw"),
            claims.client.put(f"/me/claims/{wanted}/file?name=a.png", data=PNG),
            claims.client.get(f"/me/claims/{wanted}/file"),
        ]
        problems = [refused(one, 404, "unknown_claim") for one in answers]
        assert {one["detail"] for one in problems} == {f"There is no claim {wanted}."}
    assert claims.client.get("/me/claims").get_json()["data"] == []


def test_a_member_takes_a_claim_back_once(claims: Claims) -> None:
    claim = claims.opened()
    path = f"/me/claims/{claim['claim_id']}/withdraw"
    assert claims.client.post(path).get_json()["state"] == "withdrawn"
    refused(claims.client.post(path), 409, "claim_in_another_state")
    refused(claims.does("send", claim), 409, "claim_changed_meanwhile")


def test_a_member_reads_no_clerks_name(claims: Claims) -> None:
    claim = claims.done("refuse", claims.opened(), reason="Paid with points")
    shown = claims.mine(claim["claim_id"])
    assert shown.get_json()["reason"] == "Paid with points"
    assert "anna" not in shown.text


def test_pages_go_on_where_the_last_one_ended(claims: Claims) -> None:
    claims.clicks(hours=1)
    orders = [claims.order() for _ in range(5)]
    claims.later()
    made = [claims.post(order).get_json()["claim_id"] for order in orders]
    seen: list[str] = []
    after = ""
    while True:
        page = claims.client.get(f"/me/claims?limit=2{after}").get_json()
        seen += [one["claim_id"] for one in page["data"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert sorted(seen) == sorted(made)
    queue = claims.client.get("/claims?limit=100&state=opened", headers=CLERK).get_json()["data"]
    assert {one["claim_id"] for one in queue} >= set(made)


def test_nobody_has_more_than_twenty_open_claims(claims: Claims) -> None:
    claims.clicks(hours=1)
    orders = [claims.order() for _ in range(21)]
    claims.later()
    assert {claims.post(order).status_code for order in orders[:20]} == {201}
    refused(claims.post(orders[20]), 409, "too_many_claims")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"store_id": "no-such-store"}, "store_id"),
        ({"order_id": " A-1"}, "order_id"),
        ({"order_id": "A\t1"}, "order_id"),
        ({"order_id": ""}, "order_id"),
        ({"ordered_at": "2026-11-20"}, "ordered_at"),
        ({"ordered_at": "2199-01-01T00:00:00Z"}, "ordered_at"),
        ({"amount_minor": 0}, "amount_minor"),
        ({"amount_minor": -5}, "amount_minor"),
        # No more than a store may report: its intake would refuse what a clerk accepted.
        ({"amount_minor": 10**13 + 1}, "amount_minor"),
        ({"amount_minor": 10.5}, "amount_minor"),
        ({"currency": "XYZ"}, "currency"),
        ({"phone": "+79001234567"}, "phone"),
    ],
)
def test_a_wrong_field_is_named(claims: Claims, changes: dict[str, Any], field: str) -> None:
    claims.clicks(hours=1)
    answer = claims.post(claims.order(**changes))
    assert answer.status_code == 422
    assert [one["field"] for one in answer.get_json()["errors"]] == [field]


def test_nobody_claims_without_being_signed_in(claims: Claims) -> None:
    claims.client.delete_cookie("cashback_session")
    refused(claims.post(claims.order()), 401, "not_signed_in")


def test_of_an_erased_member_no_file_stays(claims: Claims) -> None:
    claim_id = claims.opened()["claim_id"]
    sent = claims.client.put(f"/me/claims/{claim_id}/file?name=a.png", data=PNG)
    assert sent.status_code == 200
    claims.desk.hear(claims.desk.member("erased"))
    shown = claims.seen(claim_id)
    assert shown["file"] is None
    assert [one["what"] for one in shown["steps"]] == ["opened", "file"]
    # His session may last for some minutes more.
    late = claims.client.put(f"/me/claims/{claim_id}/file?name=a.png", data=PNG)
    refused(late, 404, "unknown_claim")
    assert claims.seen(claim_id)["file"] is None
