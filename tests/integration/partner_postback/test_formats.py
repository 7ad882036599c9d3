"""The formats that sign nothing, over HTTP: the key proves the sender and never stays behind."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from shared.schemas import rfc3339
from tests.integration.partner_postback.partner import Desk, Partner


@pytest.fixture
def partner(desk: Desk) -> Partner:
    desk.store()
    return desk.partner()


def form(desk: Desk, partner: Partner, **changes: Any) -> dict[str, Any]:
    ordered_at = rfc3339(desk.clock() - timedelta(minutes=1))
    return {
        "token": partner.key,
        "order_id": "F-1",
        "status": "reported",
        "click_id": partner.click(hours=1),
        "amount": "1099.00",
        "currency": "RUB",
        "ordered_at": ordered_at,
        "status_at": ordered_at,
        **changes,
    }


def test_a_plain_get_and_post_count_as_one(desk: Desk, partner: Partner) -> None:
    sent = form(desk, partner)
    first = desk.client.get(f"/postbacks/{partner.partner_id}/form", query_string=sent)
    again = desk.client.post(f"/postbacks/{partner.partner_id}/form", data=sent)
    assert first.json
    assert again.json
    assert (first.json["verdict"], again.json["verdict"]) == ("accepted", "duplicate")


def test_the_key_is_in_no_table(desk: Desk, partner: Partner) -> None:
    sent = form(desk, partner)
    desk.client.get(f"/postbacks/{partner.partner_id}/form", query_string=sent)
    desk.client.post(f"/postbacks/{partner.partner_id}/form", data=sent)
    with desk.engine.connect() as connection:
        everything = connection.scalars(
            text(
                "SELECT receipts::text || convert_from(body, 'UTF8') FROM receipts "
                "WHERE partner_id = :partner"
            ),
            {"partner": partner.partner_id},
        ).all()
        secrets = connection.scalars(text("SELECT value FROM partner_secrets")).all()
    assert len(everything) == 2
    assert not any(partner.key in row for row in everything)
    assert partner.key not in secrets


def test_a_bearer_key_serves_as_well_as_a_token(desk: Desk, partner: Partner) -> None:
    sent = form(desk, partner)
    key = {"Authorization": f"Bearer {sent.pop('token')}"}
    answer = desk.client.get(
        f"/postbacks/{partner.partner_id}/form", query_string=sent, headers=key
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("token", ["", "wrong", "pk_"])
def test_a_wrong_key_is_a_401_that_leaves_nothing(desk: Desk, partner: Partner, token: str) -> None:
    sent = form(desk, partner, token=token)
    answer = desk.client.get(f"/postbacks/{partner.partner_id}/form", query_string=sent)
    assert answer.json
    assert (answer.status_code, answer.json["code"]) == (401, "key_wrong")
    assert "`token`" in answer.json["detail"]
    other = desk.partner("home-market")
    sent = form(desk, partner, token=other.key)
    assert (
        desk.client.get(f"/postbacks/{partner.partner_id}/form", query_string=sent).status_code
        == 401
    )
    assert desk.count("receipts") == 0


def test_parameters_sent_twice_or_not_in_utf8_are_refused(desk: Desk, partner: Partner) -> None:
    start = f"/postbacks/{partner.partner_id}/form?token={partner.key}"
    for query, code in (
        ("&order_id=1&order_id=2", "duplicate_parameter"),
        ("&order_id=%ff", "not_utf8"),
        ("&a=1" * 3, "duplicate_parameter"),
    ):
        answer = desk.client.get(start + query)
        assert answer.json
        assert (answer.status_code, answer.json["code"]) == (422, code)


def admitad(desk: Desk, partner: Partner) -> dict[str, Any]:
    return {
        "token": partner.key,
        "subid": partner.click(hours=1),
        "action_id": "31415926",
        "order_id": "123456",
        "order_sum": "195.00",
        "currency": "USD",
        "time": str(int(desk.clock().timestamp()) - 60),
        "type": "sale",
        "offer_id": "77",
    }


def told(desk: Desk, partner: Partner, name: str, sent: dict[str, Any]) -> dict[str, Any]:
    answer = desk.client.get(f"/postbacks/{partner.partner_id}/{name}", query_string=sent)
    assert answer.status_code == 200, answer.json
    read: dict[str, Any] = answer.json or {}
    return read


def test_admitad_reports_approves_and_is_counted_once(desk: Desk, partner: Partner) -> None:
    desk.rate("USD", 90_000_000)
    sent = admitad(desk, partner)
    for status in ("approved", "pending", "approved_but_stalled", "approved"):
        told(desk, partner, "admitad", {**sent, "status": status})
    (event,) = desk.events()
    assert (event["data"]["status"], event["data"]["paid_minor"]) == ("approved", 19_500)
    assert event["data"]["rate_micro"] == 90_000_000


def test_an_approval_that_admitad_cannot_place_after_a_refusal_is_told_so(
    desk: Desk, partner: Partner
) -> None:
    """All carry the order's time: the receipt says which one rules, and the way out."""
    desk.rate("USD", 90_000_000)
    sent = admitad(desk, partner)
    answers = [
        told(desk, partner, "admitad", {**sent, "status": status})
        for status in ("pending", "declined", "approved", "approved")
    ]
    assert [(one["verdict"], one["code"]) for one in answers] == [
        ("accepted", "recorded"),
        ("accepted", "changed"),
        ("accepted", "overruled"),
        ("duplicate", "overruled"),
    ]
    for one in answers[2:]:
        assert "stays `declined`" in one["detail"]
        assert "later `status_at`" in one["detail"]
    assert desk.events()[-1]["data"]["status"] == "declined"
    desk.clock.move(timedelta(minutes=1))
    way_out = {
        "token": partner.key,
        "order_id": sent["order_id"],
        "line_id": sent["action_id"],
        "action": sent["type"],
        "status": "approved",
        "status_at": rfc3339(desk.clock()),
    }
    assert told(desk, partner, "form", way_out)["code"] == "changed"
    assert [event["data"]["status"] for event in desk.events()][-1] == "approved"


def test_an_approval_refused_and_repeated_is_told_that_the_refusal_rules(
    desk: Desk, partner: Partner
) -> None:
    """A second approval reads like the first: it is no news, yet the status is another."""
    desk.rate("USD", 90_000_000)
    sent = admitad(desk, partner)
    answers = [
        told(desk, partner, "admitad", {**sent, "status": status})
        for status in ("approved", "declined", "approved")
    ]
    assert [(one["verdict"], one["code"]) for one in answers] == [
        ("accepted", "recorded"),
        ("accepted", "changed"),
        ("duplicate", "overruled"),
    ]


def test_awin_pushes_a_transaction(desk: Desk, partner: Partner) -> None:
    desk.rate("GBP", 120_000_000)
    pushed = {
        "transactionId": "105956531",
        "transactionDate": (desk.clock() - timedelta(minutes=1)).strftime("%Y-%m-%d %H:%M:%S"),
        "transactionCurrency": "GBP",
        "transactionAmount": "33.7",
        "clickRef": partner.click(hours=1),
        "commission": "1.64",
        "commissionGroups": [{"id": "5", "name": "Default", "code": "DEFAULT"}],
    }
    answer = desk.client.post(
        f"/postbacks/{partner.partner_id}/awin?token={partner.key}",
        data={"AwinTransactionPush": json.dumps(pushed)},
    )
    assert answer.status_code == 200, answer.json
    (event,) = desk.events()
    assert (event["data"]["order_id"], event["data"]["paid_minor"]) == ("105956531", 3370)


def test_no_such_format_is_a_404(desk: Desk, partner: Partner) -> None:
    answer = desk.client.get(f"/postbacks/{partner.partner_id}/fax?token={partner.key}")
    assert answer.status_code == 404


def test_who_only_looks_reports_nothing(desk: Desk, partner: Partner) -> None:
    path = f"/postbacks/{partner.partner_id}/form"
    assert desk.client.head(path, query_string=form(desk, partner)).status_code == 405
    assert desk.count("receipts") == 0
