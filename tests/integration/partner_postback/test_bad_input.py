"""What nobody proved leaves nothing; what cannot be taken is refused by name, on record."""

import json
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


def amount(text: str) -> tuple[str, str]:
    return '"amount": {"amount_minor": 1, "currency": "RUB"}', (
        f'"amount": {{"amount_minor": {text}, "currency": "RUB"}}'
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (amount("NaN"), "amount.amount_minor"),
        (amount("-Infinity"), "amount.amount_minor"),
        (amount("1e400"), "amount.amount_minor"),
        (amount("9" * 41), "amount.amount_minor"),
        (amount("9" * 5000), "amount.amount_minor"),
        (amount("10.5"), "amount.amount_minor"),
        (('"A-1"', '"\\u0000"'), "order_id"),
        (('"A-1"', '"\\ud800"'), "order_id"),
        (('"A-1"', '"A-1", "order_id": "A-2"'), "order_id"),
        (('"A-1"', '"A-1", "\\u001f": 1'), "\\x1f"),
    ],
)
def test_whatever_is_wrong_in_a_body_its_field_is_named(
    partner: Partner, change: tuple[str, str], field: str
) -> None:
    sent = partner.report(order_id="A-1", amount={"amount_minor": 1, "currency": "RUB"})
    right = json.dumps(sent)
    assert right.count(change[0]) == 1
    answer = partner.send(right.replace(*change).encode())
    assert answer.json
    assert (answer.status_code, answer.json["field"]) == (422, field)
    assert answer.json["errors"][0]["field"] == field
    kept = partner.read(f"/receipts/{answer.json['receipt_id']}").json
    assert kept
    assert kept["field"] == field


@pytest.mark.parametrize("field", ["status_at", "ordered_at"])
@pytest.mark.parametrize(
    "moment",
    [
        "2026-W48-3T07:00:00Z",
        "20261125T070000Z",
        "2026-11-25T07Z",
        "2026-11-25 07:00:00Z",
        "2026-11-25T07:00:00 Z",
        "2026-11-25T07:00:00",
        "20٢6-11-25T07:00:00Z",
        "2026-11-25T24:00:00Z",
    ],
)
def test_a_moment_is_written_in_one_way(partner: Partner, field: str, moment: str) -> None:
    answer = partner.send(partner.report(**{field: moment}))
    assert answer.json
    assert (answer.status_code, answer.json["field"]) == (422, field)


def test_an_address_without_a_partner_is_a_404(desk: Desk) -> None:
    """A redirect would lead to whatever host the request names."""
    for path in ("/postbacks/", "/postbacks//", "/postbacks//form", "//postbacks/x", "/postbacks"):
        answer = desk.client.post(path, headers={"Host": "evil.example"})
        assert answer.status_code == 404, path
        assert answer.content_type == "application/problem+json"


def test_two_megabytes_are_too_much(desk: Desk, partner: Partner) -> None:
    answer = partner.send(b" " * (2 * 1024 * 1024))
    assert answer.status_code == 413
    assert answer.content_type == "application/problem+json"
    assert desk.count("receipts") == 0


def test_sql_and_html_in_every_text_are_only_text(desk: Desk, partner: Partner) -> None:
    nasty = "'); DROP TABLE receipts; --<script>alert(1)</script>\\u0000\t{}"
    key = nasty.replace("\t", "")
    texts = {"order_id": key, "line_id": key, "category": nasty, "reason": nasty}
    answer = partner.send(partner.report(**texts, action="'--"))
    assert answer.status_code == 200, answer.json
    said = desk.events()[0]["data"]
    assert (said["order_id"], said["category"]) == (key, nasty)
