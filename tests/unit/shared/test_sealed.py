"""A sealed token opens only as what it was sealed for, by our keys, letter for letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.sealed import BrokenSeal, Sealer

OLD, NEW = bytes(range(32)), bytes(range(1, 33))


def test_thirty_two_plain_bytes_make_sixty_four_characters() -> None:
    assert len(Sealer([NEW]).seal(b"x" * 32, b"click")) == 64


@given(st.binary(min_size=1, max_size=200))
def test_what_is_sealed_opens(plain: bytes) -> None:
    sealer = Sealer([NEW])
    assert sealer.open(sealer.seal(plain, b"a"), b"a") == plain


@given(st.binary(min_size=32, max_size=32), st.integers(0, 63), st.sampled_from("ABCxyz019-_"))
def test_any_changed_letter_breaks_the_seal(plain: bytes, place: int, letter: str) -> None:
    token = Sealer([NEW]).seal(plain, b"a")
    changed = token[:place] + letter + token[place + 1 :]
    if changed != token:
        with pytest.raises(BrokenSeal):
            Sealer([NEW]).open(changed, b"a")


@pytest.mark.parametrize(
    "token", ["", "a", "=" * 8, "é" * 10, "A" * 5000, "AAAA AAAA", "\x00" * 20]
)
def test_what_was_never_sealed_is_refused(token: str) -> None:
    with pytest.raises(BrokenSeal):
        Sealer([NEW]).open(token, b"a")


def test_a_token_of_another_purpose_is_refused() -> None:
    token = Sealer([NEW]).seal(b"plain", b"session")
    with pytest.raises(BrokenSeal):
        Sealer([NEW]).open(token, b"click")


def test_while_keys_rotate_the_old_one_still_opens_and_the_new_one_seals() -> None:
    old_token = Sealer([OLD]).seal(b"plain", b"a")
    both = Sealer([NEW, OLD])
    assert both.open(old_token, b"a") == b"plain"
    assert Sealer([NEW]).open(both.seal(b"plain", b"a"), b"a") == b"plain"


def test_a_second_spelling_of_one_token_is_refused() -> None:
    """Base64 ignores spare bits; if it did here, one click would have several ids."""
    token = Sealer([NEW]).seal(b"x" * 31, b"a")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1]
    with pytest.raises(BrokenSeal):
        Sealer([NEW]).open(twin, b"a")
