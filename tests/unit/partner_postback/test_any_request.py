"""Any bytes whatever, in any format, are a message or a refusal: never an error of ours."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from services.partner_postback import formats
from services.partner_postback.domain.algebra import Message
from services.partner_postback.formats.request import RECORD, RawRequest, Refused
from tests.unit.partner_postback.networks.samples import PUSHED
from tests.unit.partner_postback.requests import RECEIVED_AT

TYPES = st.sampled_from(
    [
        "",
        "application/x-www-form-urlencoded",
        "application/json",
        "text/xml",
        "application/JSON;x=é",
    ]
)
PARAMETERS = sorted({name for sent in PUSHED.values() for name in sent} | {"AwinTransactionPush"})
PAIRS = st.lists(
    st.tuples(
        st.sampled_from(PARAMETERS),
        st.one_of(
            st.text(max_size=10),
            st.sampled_from(['{"a": [1]}', "[{}]", "%ff", "&", "!!!x!!!", "1", "-1.5", "c" * 64]),
        ),
    ),
    max_size=8,
)
DOCUMENTS = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(PARAMETERS), st.text(max_size=4)), inner),
    ),
    max_leaves=8,
)
BYTES = st.one_of(
    st.binary(max_size=60),
    PAIRS.map(lambda pairs: "&".join(f"{name}={text}" for name, text in pairs).encode()),
    DOCUMENTS.map(lambda document: json.dumps(document).encode()),
)


@settings(max_examples=800, deadline=None)
@given(
    st.sampled_from(sorted(formats.built_in())),
    st.sampled_from(["GET", "POST", RECORD]),
    BYTES,
    BYTES,
    TYPES,
)
def test_any_bytes_are_a_message_or_a_refusal(
    name: str, method: str, query: bytes, body: bytes, content_type: str
) -> None:
    headers = {"content-type": content_type}
    raw = RawRequest(name, method, query, body, RECEIVED_AT, headers)
    assert isinstance(outcome(raw), Message | Refused)


def outcome(raw: RawRequest) -> Message | Refused:
    try:
        return formats.read(raw, formats.built_in()[raw.format])
    except Refused as refused:
        return refused
