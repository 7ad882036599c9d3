"""What nobody proved leaves nothing; what cannot be taken is refused by name, on record."""

from dataclasses import replace

import pytest

from services.partner_postback.formats.signature import new_secret
from tests.integration.partner_postback.partner import Desk, Partner


@pytest.fixture
def partner(desk: Desk) -> Partner:
    desk.store()
    return desk.partner()


def test_a_forged_request_leaves_nothing(desk: Desk, partner: Partner) -> None:
    forger = replace(partner, secret=new_secret())
    answers = [
        forger.send(partner.report()),
        partner.send(partner.report(), webhook_signature="v1,AAAA"),
        partner.send(partner.report(), webhook_timestamp="1"),
        desk.client.post(f"/postbacks/{partner.partner_id}", json=partner.report()),
    ]
    for answer in answers:
        assert answer.status_code == 401
        assert answer.content_type == "application/problem+json"
    assert desk.count("receipts") == 0


def test_an_unknown_partner_is_told_no_more_than_a_forger(partner: Partner) -> None:
    stranger = replace(partner, partner_id="nobody")
    answer = stranger.send(partner.report())
    assert answer.status_code == 401
    assert answer.json
    assert answer.json["code"] == "signature_wrong"


def test_bad_input_is_refused_by_name_with_a_receipt(partner: Partner) -> None:
    answer = partner.send(partner.report(amount={"amount_minor": -5, "currency": "RUB"}))
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert answer.json
    assert answer.json["field"] == "amount.amount_minor"
    assert answer.json["errors"][0]["field"] == "amount.amount_minor"
    kept = partner.read(f"/receipts/{answer.json['receipt_id']}").json
    assert kept
    assert (kept["verdict"], kept["code"]) == ("refused", "invalid_fields")


def test_bytes_that_are_no_text_are_refused_and_kept(partner: Partner) -> None:
    answer = partner.send(b"\xff\x00\xfe")
    assert answer.json
    assert (answer.status_code, answer.json["code"]) == (422, "malformed_json")
    kept = partner.read(f"/receipts/{answer.json['receipt_id']}").json
    assert kept
    assert kept["request"]["body_base64"] == "/wD+"


def test_two_megabytes_are_too_much(desk: Desk, partner: Partner) -> None:
    answer = partner.send(b" " * (2 * 1024 * 1024))
    assert answer.status_code == 413
    assert answer.content_type == "application/problem+json"
    assert desk.count("receipts") == 0


def test_sql_and_html_in_every_text_are_only_text(desk: Desk, partner: Partner) -> None:
    nasty = "'); DROP TABLE receipts; --<script>alert(1)</script>\\u0000\t{}"
    texts = dict.fromkeys(("order_id", "line_id", "category", "reason"), nasty)
    answer = partner.send(partner.report(**texts, action="'--"))
    assert answer.status_code == 200, answer.json
    assert desk.events()[0]["data"]["order_id"] == nasty
