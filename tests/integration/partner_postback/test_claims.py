"""Claims that are sent: told to the partner, shown to its key, answered once by it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from tests.integration.partner_postback.claiming import Claims
from tests.integration.partner_postback.listening import PartnersServer, partners_server
from tests.integration.partner_postback.partner import Desk, Partner
from tests.integration.partner_postback.telling import deliveries, listen, send_all


@pytest.fixture
def engine(fresh_engine: Callable[[str], Engine]) -> Engine:
    """A database of this test alone: the jobs take whatever waits."""
    return fresh_engine("partner_postback")


@pytest.fixture
def server() -> Iterator[PartnersServer]:
    with partners_server() as running:
        yield running


@pytest.fixture
def partner(desk: Desk) -> Partner:
    desk.store()
    return desk.partner()


@pytest.fixture
def claims(desk: Desk) -> Claims:
    return Claims(desk)


def answer(partner: Partner, claim: dict[str, Any], **said: Any) -> Any:
    bearer = {"Authorization": f"Bearer {partner.key}"}
    path = f"/claims/{claim['claim_id']}/answer"
    return partner.client.post(path, json={"answer": "confirmed", **said}, headers=bearer)


def test_a_claim_that_is_sent_is_told_by_webhook_once(
    claims: Claims, partner: Partner, server: PartnersServer
) -> None:
    listen(partner, server.url, ["claim.sent"])
    claim = claims.sent(partner)
    claims.hear(claim, again=True)
    send_all(claims.desk)
    [told] = server.bodies()
    assert told["type"] == "claim.sent"
    assert told["data"] == {
        "claim_id": claim["claim_id"],
        "store_id": claim["store_id"],
        "click_id": claim["click_id"],
        "conversion_id": None,
        "order_id": claim["order_id"],
        "ordered_at": claim["ordered_at"],
        "amount": {"amount_minor": 109_900, "currency": "RUB"},
        "answer_by": claim["partner_by"],
    }


def test_who_does_not_listen_is_told_nothing_and_sees_it_in_its_list(
    claims: Claims, partner: Partner, server: PartnersServer
) -> None:
    listen(partner, server.url, ["receipt.decided"])
    opened = claims.claim(partner)
    claims.hear(opened)
    claim = claims.sent(partner)
    assert deliveries(partner) == []
    listed = partner.read("/claims", state="sent").json
    assert listed
    assert [one["claim_id"] for one in listed["data"]] == [claim["claim_id"]]
    assert "member_id" not in listed["data"][0]


def test_a_partner_answers_once_and_may_repeat_itself(claims: Claims, partner: Partner) -> None:
    claim = claims.sent(partner)
    said = {"amount_minor": 100_000, "text": "Delivery is not counted."}
    assert answer(partner, claim, **said).status_code == 200
    assert answer(partner, claim, **said).status_code == 200
    other = answer(partner, claim, answer="denied")
    assert (other.status_code, other.json["code"]) == (409, "answered_already")
    [told] = claims.answers(claim)
    assert (told["answer"], told["amount_minor"]) == ("confirmed", 100_000)
    assert told["partner_id"] == partner.partner_id


def test_two_answers_at_once_are_one(claims: Claims, partner: Partner) -> None:
    claim = claims.sent(partner)
    bearer = {"Authorization": f"Bearer {partner.key}"}
    app = partner.client.application
    path = f"/claims/{claim['claim_id']}/answer"

    def say(what: str) -> int:
        return app.test_client().post(path, json={"answer": what}, headers=bearer).status_code

    with ThreadPoolExecutor(4) as both:
        statuses = sorted(both.map(say, ["confirmed", "denied"]))
    assert statuses == [200, 409]
    assert len(claims.answers(claim)) == 1


def test_what_was_decided_meanwhile_waits_for_no_answer(claims: Claims, partner: Partner) -> None:
    claim = claims.sent(partner)
    claims.hear(claim | {"state": "refused", "reason": "Paid with points."})
    late = answer(partner, claim)
    assert (late.status_code, late.json["code"]) == (409, "nothing_to_answer")
    assert claims.answers(claim) == []


def test_a_claim_that_was_not_sent_does_not_exist(claims: Claims, partner: Partner) -> None:
    claim = claims.claim(partner)
    claims.hear(claim)
    for one in (claim, {"claim_id": str(uuid4())}):
        assert answer(partner, one).status_code == 404


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"answer": "maybe"}, "answer"),
        ({"amount_minor": 0}, "amount_minor"),
        ({"amount_minor": -1}, "amount_minor"),
        ({"text": ""}, "text"),
        ({"clerk": "anna"}, "clerk"),
    ],
)
def test_a_wrong_field_is_named(
    claims: Claims, partner: Partner, said: dict[str, Any], field: str
) -> None:
    refused = answer(partner, claims.sent(partner), **said)
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json["errors"]] == [field]
