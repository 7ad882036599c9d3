"""Each part of a profile changes something: one that does nothing would be believed to do it."""

from typing import Any

import pytest

from services.partner_postback.formats.profile import Profile, of_document
from services.partner_postback.formats.profile.record import read_record
from services.partner_postback.formats.profile.schema import (
    FieldsSchema,
    PlaceSchema,
    ProfileSchema,
)
from services.partner_postback.formats.request import Refused
from tests.unit.partner_postback.profiles import DOCUMENT, FIELDS, RECORD

# A part, and fields of a record by which it is seen.
OF_A_PROFILE: dict[str, tuple[Any, dict[str, str]]] = {
    "fields": ({**FIELDS, "amount": ["cost"]}, {"cost": "7"}),
    "words": ({"new": "approved"}, {}),
    "decimal": ("minor", {"sum": "5"}),
    "cuts_decimals": (True, {"sum": "1.999"}),
    "moments": (["unix"], {"time": "1795428000"}),
    "zone": ("Europe/Moscow", {"time": "2026-11-23 10:00:00"}),
    "negative_comes_back": (True, {"sum": "-5"}),
    "checked_amounts": (["fee"], {"fee": "1,5"}),
    "defaults_when": ({"type": {"lead": {"line_id": "7"}}}, {"type": "lead"}),
    "not_counted": ({"is_event": ["Y"]}, {"is_event": "Y"}),
    "macros": ([["{", "}"]], {"order": "{order}"}),
    "forbidden": (["None"], {"order": "None"}),
    "blank_is_refused": (True, {"click": ""}),
    "refuses_unknown": (True, {"other": "1"}),
    "only_first_counts": (True, {}),
    "ignores_click": (True, {}),
}
# What a request, an answer or a file is looked at for; and for people.
ELSEWHERE = {"about", "envelope", "security", "ignored", "answer", "file"}
OF_A_PLACE: dict[str, tuple[Any, dict[str, str]]] = {
    "names": (["kind"], {"kind": "books"}),
    "joined": (["kind", "sort"], {"kind": "books"}),
    "when": ({"type": ["a"]}, {"category": "x"}),
    "required": (True, {}),
    "default": ("books", {}),
    "otherwise": ("order_id", {}),
    "longest": (3, {"category": "books"}),
    "without": (["x"], {"category": "x"}),
}
BASE: dict[str, Any] = {
    **DOCUMENT,
    "moments": ["%Y-%m-%d %H:%M:%S"],
    "fields": {**FIELDS, "ordered_at": ["time"]},
}


def outcome(spoken: Profile, changes: dict[str, str]) -> object:
    try:
        return read_record(spoken, {**RECORD, **changes})
    except Refused as refused:
        return refused.code, refused.field


def test_no_part_is_forgotten() -> None:
    parts = {one.data_key or name for name, one in ProfileSchema().fields.items()}
    assert parts == OF_A_PROFILE.keys() | ELSEWHERE
    assert PlaceSchema().fields.keys() == OF_A_PLACE.keys()


@pytest.mark.parametrize("part", OF_A_PROFILE)
def test_a_part_of_a_profile_changes_what_is_read(part: str) -> None:
    value, record = OF_A_PROFILE[part]
    without, with_it = of_document("a", BASE), of_document("a", {**BASE, part: value})
    assert outcome(without, record) != outcome(with_it, record)


@pytest.mark.parametrize("part", OF_A_PLACE)
def test_a_part_of_a_place_changes_what_is_read(part: str) -> None:
    value, record = OF_A_PLACE[part]
    plain = {} if part in {"names", "joined"} else {"names": ["category"]}
    fields = {**FIELDS, "category": {**plain, part: value}}
    before = {**FIELDS, "category": ["category"]}
    without = of_document("a", {**DOCUMENT, "fields": before})
    with_it = of_document("a", {**DOCUMENT, "fields": fields})
    assert outcome(without, record) != outcome(with_it, record)


MOMENTS = ("1795428000", "1795428001")
TWO_TEXTS = {"currency": ("USD", "EUR"), "ordered_at": MOMENTS, "status_at": MOMENTS}


@pytest.mark.parametrize("ours", FieldsSchema().fields)
def test_each_field_is_read_from_its_place(ours: str) -> None:
    fields = {**FIELDS, ours: ["here"]}
    if ours in {"amount_left", "change"}:  # an amount is taken in their place
        fields.pop("amount")
    words = {**DOCUMENT["words"], "7": "approved"}
    spoken = of_document("a", {**DOCUMENT, "moments": ["unix"], "words": words, "fields": fields})
    one, other = TWO_TEXTS.get(ours, ("7", "8"))
    assert outcome(spoken, {"here": one}) != outcome(spoken, {"here": other})
