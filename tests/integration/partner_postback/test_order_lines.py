"""Which texts may name an order line, and that two lines never become one."""

from typing import Any
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from services.partner_postback.domain.attribution import conversion_id_of
from tests.integration.partner_postback.partner import Desk, Partner
from tests.integration.partner_postback.test_formats import admitad, form
from tests.unit.partner_postback.messages import says
from tests.unit.partner_postback.networks.samples import PUSHED

WRONG = [
    "a\x1fb",
    "a\nb",
    "a\r\nb",
    "\ta",
    "a\x7f",
    "a\x85b",
    "a\u2028b",
    " ",
    "\u3000",
    " a",
    "a\xa0",
]
# How our own format, the plain form and the networks call the three parts of a line's key.
NAMES = {
    "signed": ("order_id", "line_id", "action"),
    "form": ("order_id", "line_id", "action"),
    "admitad": ("order_id", "action_id", "type"),
    "awin": ("transactionId",),
}


@pytest.fixture
def partner(desk: Desk) -> Partner:
    desk.store()
    return desk.partner()


def sent(desk: Desk, partner: Partner, name: str, changes: dict[str, Any]) -> TestResponse:
    """A report in any format, with some fields changed."""
    whole = {
        "form": form(desk, partner),
        "admitad": {**admitad(desk, partner), "status": "pending"},
        "awin": {
            "token": partner.key,
            **{key: value for key, value in PUSHED["awin"].items() if isinstance(value, str)},
        },
    }
    if name == "signed":
        return partner.send(partner.report(**changes))
    path = f"/postbacks/{partner.partner_id}/{name}"
    return desk.client.get(path, query_string=whole[name] | changes)


@pytest.mark.parametrize(
    ("name", "field"), [(name, field) for name, fields in NAMES.items() for field in fields]
)
def test_a_key_of_control_characters_or_outer_white_space_is_refused(
    desk: Desk, partner: Partner, name: str, field: str
) -> None:
    for text in WRONG:
        answer = sent(desk, partner, name, {field: text})
        assert answer.json
        assert (answer.status_code, answer.json["field"]) == (422, field), (text, answer.json)
    assert desk.count("conversions") == 0


@pytest.mark.parametrize("field", ["order_id", "action"])
def test_a_key_must_not_be_empty(desk: Desk, partner: Partner, field: str) -> None:
    answer = sent(desk, partner, "signed", {field: ""})
    assert answer.json
    assert (answer.status_code, answer.json["field"]) == (422, field)


def test_any_other_text_names_a_line(desk: Desk, partner: Partner) -> None:
    for name in ("signed", "form"):
        key = {"order_id": f"заказ № 5 <b>'-- {name}", "line_id": "日本 1", "action": "a b"}
        assert sent(desk, partner, name, key).status_code == 200
    assert sent(desk, partner, "signed", {"line_id": ""}).status_code == 200


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"line_id": "1", "action": "a\x1fb"}, {"line_id": "1\x1fa", "action": "b"}),
        ({"line_id": "1", "action": "a1:b"}, {"line_id": "1a1:", "action": "b"}),
        ({"line_id": "", "action": "1:1"}, {"line_id": "1:1", "action": ""}),
        ({"order_id": "1", "line_id": "23"}, {"order_id": "12", "line_id": "3"}),
    ],
)
def test_two_lines_never_have_one_id(one: dict[str, str], other: dict[str, str]) -> None:
    """INVARIANT: parts joined without their lengths, or an escape, would break it."""
    ids: set[UUID] = {conversion_id_of("mall", says("reported", **key)) for key in (one, other)}
    assert len(ids) == 2
