"""Parameters that nobody honest sends: each is refused by name, with a receipt that can be kept."""

import json
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from tests.integration.partner_postback.partner import Desk, Partner

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def partner(desk: Desk) -> Partner:
    desk.store()
    return desk.partner()


def sent(partner: Partner, method: str, name: str, parameters: str) -> TestResponse:
    """The parameters with the partner's key, in the address or in a form."""
    path = f"/postbacks/{partner.partner_id}/{name}"
    whole = f"token={partner.key}&{parameters}"
    if method == "GET":
        return partner.client.get(f"{path}?{whole}")
    return partner.client.post(path, data=whole, content_type=FORM)


def kept(partner: Partner, answer: TestResponse) -> dict[str, object]:
    """The receipt of a refusal, which says what the answer says."""
    assert answer.status_code == 422, answer.text
    said = answer.json
    assert said
    receipt = partner.read(f"/receipts/{said['receipt_id']}").json
    assert receipt
    for name in ("code", "detail", "field"):
        assert said[name] == receipt[name]
    for name in ("detail", "field"):
        assert (said[name] or "").isprintable()
    return dict(receipt)


NAMES = [
    ("%00x=1&%00x=2", "\\x00x"),
    ("%00x=%ff", "\\x00x"),
    ("a%0Ab%7f=%ff", "a\\nb\\x7f"),
    ("%c2%85%e2%80%a8=1&%c2%85%e2%80%a8=2", "\\x85\\u2028"),
    ("%ff=1", "\N{REPLACEMENT CHARACTER}"),
]
# What only one format reads: of several faults the first missing parameter is the one named.
OWN = {
    "form": [("%00x=1", "order_id")],
    "admitad": [
        ("%00x=1", "\\x00x"),
        ("subid=[[[%00]]]", "subid"),
        ("subid=[[[subid]]]", "subid"),
        ("offer_name=[[[offer_name]]]", "order_id"),  # nobody reads it
        ("%01=[[[a]]]", "\\x01"),
    ],
    "awin": [
        ("%00x=1", "transactionId"),
        ("clickRef=!!!%00!!!", "clickRef"),
        ("clickRef=!!!clickRef!!!", "clickRef"),
        ("%00=!!!x!!!", "transactionId"),
        ("commissionGroups=xx", "commissionGroups"),
        ("transactionId=1&commissionGroups=%5B%22%00%22%5D", "commissionGroups"),
        ("commissionGroups=%5B%22%5Cu0000%22%5D", "commissionGroups.0"),
        ("commissionGroups=!!!commissionGroups!!!", "commissionGroups"),
        ("AwinTransactionPush=%5B1%5D", "AwinTransactionPush"),
        ("AwinTransactionPush=%7B%22%00", "AwinTransactionPush"),
    ],
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", OWN)
def test_control_characters_in_names_and_macros_are_shown_escaped(
    partner: Partner, method: str, name: str
) -> None:
    """INVARIANT: who proved itself gets a receipt, whatever it sent."""
    for parameters, field in NAMES + OWN[name]:
        receipt = kept(partner, sent(partner, method, name, parameters))
        assert receipt["field"] == field, parameters


def test_a_control_character_in_a_name_of_json_is_refused_on_record(partner: Partner) -> None:
    for name in ("\x00x", "\ud800", "\x1b[2J"):
        receipt = kept(partner, partner.send(partner.report(**{name: 1})))
        assert "field" in receipt
    pushed = json.dumps({"commissionGroups": [{"code": "\x00"}]})
    answer = sent(partner, "POST", "awin", urlencode({"AwinTransactionPush": pushed}))
    assert kept(partner, answer)["field"] == "commissionGroups.0.code"


def test_a_name_as_long_as_a_body_is_shown_cut(partner: Partner) -> None:
    receipt = kept(partner, sent(partner, "POST", "form", "x" * 250_000 + "=1"))
    assert len(str(receipt["field"])) < 300
    assert len(str(receipt["detail"])) < 2_000


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_too_many_parameters_are_refused_on_record(partner: Partner, method: str) -> None:
    crowd = "&".join(f"a{number}=1" for number in range(101))
    answer = sent(partner, method, "form", crowd)
    assert kept(partner, answer)["code"] == "too_many_parameters"
    assert partner.key not in answer.text


def test_as_many_parameters_as_there_can_be_are_no_more_work_than_their_length(
    desk: Desk, partner: Partner
) -> None:
    """The key is looked for before anything is proved: by one pass over the bytes."""
    path = f"/postbacks/{partner.partner_id}/form"
    for data in ("%&" * 130_000, "token=%74oken" * 20_000, "t" * 260_000):
        assert desk.client.post(path, data=data, content_type=FORM).status_code == 401
    assert desk.count("receipts") == 0


@pytest.mark.parametrize("content_type", [FORM.title(), f"{FORM.upper()} ; charset=UTF-8"])
def test_a_content_type_has_no_case(partner: Partner, content_type: str) -> None:
    path = f"/postbacks/{partner.partner_id}/form?token={partner.key}"
    wrong = partner.client.post(path, data="order_id=7&status=x", content_type=content_type)
    assert wrong.json
    assert "order_id" not in wrong.json["detail"]
    assert kept(partner, wrong)["field"] == "status"


@pytest.mark.parametrize("name", OWN)
def test_a_body_of_another_type_is_told_which_is_taken(partner: Partner, name: str) -> None:
    path = f"/postbacks/{partner.partner_id}/{name}?token={partner.key}"
    for content_type in ("application/json", "multipart/form-data; boundary=x", f"{FORM}xyz", ""):
        answer = partner.client.post(path, data="order_id=7", content_type=content_type)
        assert answer.json
        assert (answer.status_code, answer.json["code"]) == (415, "wrong_content_type")
        assert answer.json["field"] == "content-type"
        assert FORM in answer.json["detail"]
        receipt = partner.read(f"/receipts/{answer.json['receipt_id']}").json
        assert receipt
        assert (receipt["verdict"], receipt["code"]) == ("refused", "wrong_content_type")


def test_a_key_in_a_body_of_another_type_is_no_key(desk: Desk, partner: Partner) -> None:
    answer = desk.client.post(f"/postbacks/{partner.partner_id}/form", json={"token": partner.key})
    assert answer.json
    assert (answer.status_code, answer.json["code"]) == (401, "key_wrong")
    assert FORM in answer.json["detail"]


def test_a_type_without_a_body_is_let_through(partner: Partner) -> None:
    """Some send a content type with every request, a GET's too."""
    path = f"/postbacks/{partner.partner_id}/form?token={partner.key}&order_id=7"
    answer = partner.client.get(path, content_type="application/json")
    assert kept(partner, answer)["field"] == "status"
