"""Which passwords are good enough, and how one is kept."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.members.passwords.hashing import Hasher
from services.members.passwords.rules import (
    LONGEST,
    SENTENCES,
    SHORTEST,
    Rule,
    broken_rules,
    common,
)

PHONE, EMAIL = "+79261234567", "lilac.bloom@example.org"


@pytest.mark.parametrize(
    ("password", "broken"),
    [
        ("Lilac-Kettle-42", []),
        ("Корабль-Чайник-42", []),
        ("summer", [Rule.TOO_SHORT, Rule.NO_UPPER_CASE, Rule.NO_DIGIT, Rule.TOO_COMMON]),
        ("Password123", [Rule.TOO_COMMON]),
        ("P4ssw0rd2026!", [Rule.TOO_COMMON]),
        ("Qwerty2026", [Rule.TOO_COMMON]),
        ("Привет2026", [Rule.TOO_COMMON]),  # noqa: RUF001 - Cyrillic it is
        ("aAaA1aAa1", [Rule.TOO_COMMON]),
        ("Teapot9261234567", [Rule.LIKE_PHONE_OR_EMAIL]),
        ("Lilac.Bloom1", [Rule.LIKE_PHONE_OR_EMAIL]),
        ("密码密码密码密码12", [Rule.NO_LOWER_CASE, Rule.NO_UPPER_CASE]),
        ("", [Rule.TOO_SHORT, Rule.NO_LOWER_CASE, Rule.NO_UPPER_CASE, Rule.NO_DIGIT]),
    ],
)
def test_each_broken_rule_is_named(password: str, broken: list[Rule]) -> None:
    assert broken_rules(password, PHONE, EMAIL) == broken


@given(st.text(max_size=300))
def test_the_plain_rules_are_as_they_are_said(password: str) -> None:
    """INVARIANT: what a page checks while somebody types is what is checked here."""
    text = unicodedata.normalize("NFC", password)
    broken = set(broken_rules(password, PHONE, EMAIL))
    assert (Rule.TOO_SHORT in broken) == (len(text) < SHORTEST)
    assert (Rule.TOO_LONG in broken) == (len(text) > LONGEST)
    assert (Rule.NO_LOWER_CASE in broken) == (not any(one.islower() for one in text))
    assert (Rule.NO_UPPER_CASE in broken) == (not any(one.isupper() for one in text))


@pytest.mark.parametrize("word", sorted(common())[::40])
def test_a_common_word_stays_one_with_a_capital_and_a_year(word: str) -> None:
    assert Rule.TOO_COMMON in broken_rules(word, None, None)
    if word.isalpha():
        assert Rule.TOO_COMMON in broken_rules(f"{word.capitalize()}2026!", None, None)


def test_every_rule_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Rule)


def test_a_password_fits_however_its_letters_are_composed() -> None:
    hasher = Hasher()
    kept = hasher.hash("Åska-Kettle-42")
    assert hasher.fits(unicodedata.normalize("NFD", "Åska-Kettle-42"), kept)
    assert not hasher.fits("Aska-Kettle-42", kept)
    assert "Kettle" not in kept
    assert not hasher.is_outdated(kept)
    older = kept.replace("t=2", "t=1")
    assert hasher.is_outdated(older)


def test_nobodys_password_fits_nothing() -> None:
    hasher = Hasher()
    assert not hasher.fits("nobody's password", None)
    assert not hasher.fits("x" * 2000, hasher.hash("x" * 2000))
    assert not hasher.fits("x", "no hash at all")
