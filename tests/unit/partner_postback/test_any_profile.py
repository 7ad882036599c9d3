"""Any document whatever is a profile, or is told what is wrong with it."""

import json
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from services.partner_postback.formats.profile import Profile, WrongProfile, load, of_document
from services.partner_postback.formats.profile.schema import ProfileSchema
from tests.unit.partner_postback.profiles import DOCUMENT, FIELDS

WORDS = st.sampled_from(
    ["about", "fields", "words", "order_id", "status", "names", "default", "when", "answer",
     "security", "file", "moments", "new", "reported", "rfc3339", "macros", "kind", "sum", ""]
)  # fmt: skip
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), WORDS
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(WORDS, st.text(max_size=5)), inner, max_size=5),
    ),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(JSON)
def test_whatever_is_sent_is_a_profile_or_told_what_is_wrong(document: object) -> None:
    check(document)


PARTS = st.sampled_from([one.data_key or name for name, one in ProfileSchema().fields.items()])


@settings(max_examples=400, deadline=None)
@given(PARTS, st.one_of(JSON, st.dictionaries(st.sampled_from([*FIELDS, "change"]), JSON)))
def test_whatever_a_part_is_replaced_by_is_taken_or_told(part: str, other: object) -> None:
    check({**DOCUMENT, part: other})


def check(document: object) -> None:
    for make in (of_document, load_json):
        told = outcome(make, document)
        if isinstance(told, WrongProfile):
            assert told.faults
        else:
            assert len(told.version) == 12
            assert told.known >= told.used


def outcome(make: Callable[[str, object], Profile], document: object) -> Profile | WrongProfile:
    try:
        return make("any", document)
    except WrongProfile as wrong:
        return wrong


def load_json(name: str, document: object) -> Profile:
    return load(name, json.dumps(document))
