"""One content has one spelling, and only its own signature."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.signed import NotCanonical, Signer, canonical, is_genuine, is_signed

SIGNER = Signer([bytes(range(32))])
PUBLIC = SIGNER.public_keys[SIGNER.newest]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
)


@given(DOCUMENTS)
def test_a_spelling_read_and_written_again_is_the_same(document: Any) -> None:
    assert canonical(json.loads(canonical(document))) == canonical(document)
    assert is_signed(document, SIGNER.sign(document), PUBLIC)


@given(DOCUMENTS, DOCUMENTS)
def test_a_signature_is_of_one_document_alone(document: Any, other: Any) -> None:
    same = canonical(document) == canonical(other)
    assert is_signed(other, SIGNER.sign(document), PUBLIC) == same


@pytest.mark.parametrize("document", [1.0, [0.5], {"a": {"b": [1e300]}}])
def test_a_float_is_refused(document: Any) -> None:
    with pytest.raises(NotCanonical):
        canonical(document)


@pytest.mark.parametrize(
    "wrong", ["", "zz", "00" * 64, SIGNER.sign(1).upper(), SIGNER.sign(1) + " "]
)
def test_no_other_spelling_of_a_signature_passes(wrong: str) -> None:
    assert is_signed(1, SIGNER.sign(1), PUBLIC)
    assert not is_signed(1, wrong, PUBLIC)
    assert not is_signed(1, SIGNER.sign(1), "00")


def test_an_envelope_is_genuine_under_its_name_and_keys_alone() -> None:
    signer, other = Signer([b"a" * 32]), Signer([b"b" * 32])
    sealed = signer.envelope("note", {"points": 54})
    assert is_genuine(sealed, "note", signer.public_keys)
    assert not is_genuine(sealed, "proof", signer.public_keys)
    assert not is_genuine(sealed, "note", other.public_keys)
    for changes in ({"note": {"points": 55}}, {"sha256": "00" * 32}, {"signature": None}):
        assert not is_genuine(sealed | changes, "note", signer.public_keys)
