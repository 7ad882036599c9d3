"""Challenges: solved by work or by words, and by nothing else."""

import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.members.captcha import questions
from services.members.captcha.challenges import (
    SALT_BYTES,
    Challenge,
    Kind,
    decode,
    leading_zero_bits,
    solves,
    work,
)
from services.members.domain import Language

ENDS = datetime(2026, 11, 23, 12, 10, tzinfo=UTC)


def _challenge(kind: Kind, figure: int) -> Challenge:
    return Challenge(kind, figure, b"s" * SALT_BYTES, ENDS)


@given(st.text("abcXYZ_-019", min_size=1, max_size=60), st.integers(1, 8))
def test_work_solves_a_challenge(sealed: str, bits: int) -> None:
    answer = work(sealed, bits)
    assert solves(_challenge(Kind.WORK, bits), sealed, answer)
    digest = hashlib.sha256(f"{sealed}{answer}".encode()).digest()
    assert format(int.from_bytes(digest, "big"), "0256b").startswith("0" * bits)


@given(st.binary(min_size=32, max_size=32))
def test_zero_bits_are_counted_as_they_are_written(digest: bytes) -> None:
    written = format(int.from_bytes(digest, "big"), "0256b")
    assert leading_zero_bits(digest) == len(written) - len(written.lstrip("0"))


@given(st.sampled_from(Kind), st.integers(0, 300), st.binary(min_size=16, max_size=16))
def test_a_challenge_is_read_as_it_was_written(kind: Kind, figure: int, salt: bytes) -> None:
    challenge = Challenge(kind, figure, salt, ENDS)
    assert decode(challenge.encode()) == challenge


@given(st.binary(max_size=40).filter(lambda one: len(one) != SALT_BYTES + 9))
def test_other_bytes_are_no_challenge(plain: bytes) -> None:
    with pytest.raises(ValueError, match="not the bytes"):
        decode(plain)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("first", [1, 5, 9])
def test_a_question_in_words_is_answered_in_digits_or_words(language: Language, first: int) -> None:
    asked = questions.ask(first, 9, language)
    assert not any(one.isdigit() for one in asked)
    assert questions.answers(first + 9, f" {first + 9} ")
    assert not questions.answers(first + 9, str(first + 8))
    assert not questions.answers(first + 9, asked)


def test_words_are_taken_as_people_write_them() -> None:
    apostrophe = "\u2019"
    for said in ("девять", "Девять.", "NINE", "nio", f"дев{apostrophe}ять", "дев'ять"):
        assert questions.answers(9, said), said
    for said in ("", "девят", "nine nine", "9.5", "0x9"):
        assert not questions.answers(9, said), said


def test_a_long_answer_is_not_even_looked_at() -> None:
    assert not solves(_challenge(Kind.WORK, 0), "x", "1" * 33)
