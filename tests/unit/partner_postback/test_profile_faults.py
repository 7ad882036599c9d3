"""What is wrong in a profile is refused, each field named."""

from typing import Any

import pytest

from services.partner_postback.formats.profile import WrongProfile, of_document
from tests.unit.partner_postback.profiles import DOCUMENT, FIELDS, profile


def faults(document: Any) -> set[str]:
    """The fields that are wrong in a profile."""
    with pytest.raises(WrongProfile) as wrong:
        of_document("wrong", document)
    return {one["field"] for one in wrong.value.faults}


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"about": None}, "about"),
    ({"about": ""}, "about"),
    ({"surprise": 1}, "surprise"),
    ({"envelope": "soap"}, "envelope"),
    ({"security": {"kind": "none"}}, "security.kind"),
    ({"security": {"names": []}}, "security.names"),
    ({"security": {"names": ["a key"]}}, "security.names.0"),
    ({"security": {"names": ["order"]}}, "fields.order_id.names"),
    ({"security": {"kind": "tradedoubler_checksum", "names": ["a", "b"]}}, "security.names"),
    (
        {
            "security": {"kind": "tradedoubler_checksum", "names": ["proof"]},
            "fields": {"order_id": {"default": "x"}, "status": {"default": "new"}},
        },
        "fields.order_id.names",
    ),
    ({"words": {}}, "words"),
    ({"words": {"new": "sold"}}, "words.new.value"),
    ({"words": {5: "reported"}}, "words.5.key"),
    ({"decimal": "point"}, "decimal"),
    ({"cuts_decimals": 1}, "cuts_decimals"),
    ({"moments": []}, "moments"),
    ({"moments": ["%H:%M"]}, "moments.0"),
    ({"moments": ["unix", "%d.%m"]}, "moments.1"),
    ({"moments": ["%Q"]}, "moments.0"),
    ({"moments": ["%Y-%m-%d %d"]}, "moments.0"),
    ({"moments": ["%c %Y"]}, "moments.0"),
    ({"zone": "Moscow"}, "zone"),
    ({"zone": "../UTC"}, "zone"),
    ({"negative_comes_back": "yes"}, "negative_comes_back"),
    ({"checked_amounts": "Reward"}, "checked_amounts"),
    ({"not_counted": {"is_event": []}}, "not_counted.is_event.value"),
    ({"not_counted": {"is_event": "Y"}}, "not_counted.is_event.value"),
    ({"macros": [["{"]]}, "macros.0"),
    ({"macros": ["{}"]}, "macros.0"),
    ({"forbidden": [None]}, "forbidden.0"),
    ({"blank_is_refused": "no"}, "blank_is_refused"),
    ({"ignored": {"a": 1}}, "ignored"),
    ({"refuses_unknown": 0}, "refuses_unknown"),
    ({"answer": {"status": 500}}, "answer.status"),
    ({"answer": {"status": 299}}, "answer.status"),
    ({"answer": {"status": True}}, "answer.status"),
    ({"answer": {"status": 204, "body": "OK"}}, "answer.body"),
    ({"answer": {"content_type": "text/plain\r\nSet-Cookie: a=b"}}, "answer.content_type"),
    ({"answer": {"body": "x" * 1001}}, "answer.body"),
    ({"file": {"kind": "pdf"}}, "file.kind"),
    ({"file": {"kind": "xml"}}, "file.record"),
    ({"only_first_counts": None}, "only_first_counts"),
    ({"ignores_click": []}, "ignores_click"),
    (
        {"defaults_when": {"type": {"lead": {"price": "0"}}}},
        "defaults_when.type.value.lead.value.price.key",
    ),
    (
        {"defaults_when": {"type": {"lead": {"currency": "XYZ"}}}},
        "defaults_when.type.lead.currency",
    ),
    ({"defaults_when": {"type": {"lead": {"amount": "0,5"}}}}, "defaults_when.type.lead.amount"),
    ({"defaults_when": {"type": {"lead": {"lines": "0"}}}}, "defaults_when.type.lead.lines"),
    ({"defaults_when": {"type": {"lead": {"line_id": " 1"}}}}, "defaults_when.type.lead.line_id"),
    ({"defaults_when": {"type": {"lead": {"status": "x"}}}}, "defaults_when.type.lead.status"),
    (
        {"defaults_when": {"type": {"lead": {"status_at": "x"}}}},
        "defaults_when.type.lead.status_at",
    ),
    ({"defaults_when": {"type": {}}}, "defaults_when.type.value"),
]
WRONG_FIELDS: list[tuple[dict[str, Any], str]] = [
    ({"order_id": None}, "fields.order_id"),
    ({"sum": ["sum"]}, "fields.sum"),
    ({"amount": 5}, "fields.amount._schema"),
    ({"amount": {}}, "fields.amount.names"),
    ({"amount": {"names": "sum"}}, "fields.amount.names"),
    ({"amount": {"names": ["a"], "joined": ["b"]}}, "fields.amount.joined"),
    ({"amount": {"names": ["a"] * 21}}, "fields.amount.names"),
    ({"amount": ["sum", 5]}, "fields.amount.names.1"),
    ({"amount": {"names": ["sum"], "required": "yes"}}, "fields.amount.required"),
    ({"amount": {"names": ["sum"], "longest": 0}}, "fields.amount.longest"),
    ({"amount": {"names": ["sum"], "longest": 501}}, "fields.amount.longest"),
    ({"amount": {"names": ["sum"], "without": "0"}}, "fields.amount.without"),
    ({"amount": {"names": ["sum"], "when": {"type": []}}}, "fields.amount.when.type.value"),
    ({"amount": {"names": ["sum"], "otherwise": "price"}}, "fields.amount.otherwise"),
    ({"amount": {"names": ["sum"], "otherwise": "amount"}}, "fields.amount.otherwise"),
    ({"amount": {"names": ["sum"], "default": ""}}, "fields.amount.default"),
    ({"amount": {"default": "1,5"}}, "fields.amount.default"),
    ({"currency": {"default": "rubles"}}, "fields.currency.default"),
    ({"status": {"default": "sold"}}, "fields.status.default"),
    ({"action": {"default": "a\nb"}}, "fields.action.default"),
    ({"line_id": ["order"]}, "fields.line_id.names"),
    ({"line_id": {"joined": ["order", "line"]}}, "fields.line_id.names"),
]


@pytest.mark.parametrize(("change", "field"), WRONG)
def test_what_is_wrong_is_named(change: dict[str, Any], field: str) -> None:
    assert field in faults({**DOCUMENT, **change})


@pytest.mark.parametrize(("change", "field"), WRONG_FIELDS)
def test_what_is_wrong_in_a_field_is_named(change: dict[str, Any], field: str) -> None:
    wrong = faults({**DOCUMENT, "fields": {**FIELDS, **change}})
    assert field.removesuffix("._schema") in wrong


@pytest.mark.parametrize("part", ["about", "fields", "words"])
def test_a_part_that_must_be_there_is_missed(part: str) -> None:
    assert faults({name: one for name, one in DOCUMENT.items() if name != part}) == {part}


def test_order_and_status_must_have_a_place() -> None:
    assert faults({**DOCUMENT, "fields": {}}) == {"fields.order_id", "fields.status"}


def test_a_moment_may_stand_where_another_does() -> None:
    spoken = profile(fields={"ordered_at": ["time"], "status_at": ["time"]})
    assert spoken.fields["status_at"].names == ("time",)


def test_a_name_may_be_two_fields_in_different_records() -> None:
    less = {"names": ["sum"], "when": {"state": ["back"]}}
    assert profile(fields={"change": less}).fields["change"].when == {"state": ("back",)}
