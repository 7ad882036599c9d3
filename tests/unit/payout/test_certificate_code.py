"""Certificate codes: unguessable, readable, and one slip is seen before any look-up."""

import random
from uuid import uuid4

import pytest

from services.payout.certificates.codes import ALPHABET, CodeBook, new_code
from shared.sealed import BrokenSeal

OLD, NEW = b"o" * 32, b"n" * 32


def is_well_formed(code: str) -> bool:
    """What a till can see of a code before it looks it up: symbols, length, both sums."""
    symbols = code.replace("-", "")
    if len(symbols) != 16 or not set(symbols) <= set(ALPHABET):
        return False
    values = [ALPHABET.index(symbol) for symbol in symbols]
    weighted = sum(place * value for place, value in enumerate(values, start=1))
    return (sum(values) % len(ALPHABET), weighted % len(ALPHABET)) == (0, 0)


def test_a_code_reads_well() -> None:
    code = new_code()
    assert [len(group) for group in code.split("-")] == [4, 4, 4, 4]
    assert is_well_formed(code)
    assert not set("01OILUZ") & set(ALPHABET)


def test_codes_differ() -> None:
    assert len({new_code() for _ in range(1000)}) == 1000


def test_any_one_wrong_symbol_is_seen() -> None:
    code = new_code()
    for place, right in enumerate(code):
        for wrong in ALPHABET.replace(right, "") if right != "-" else "":
            assert not is_well_formed(code[:place] + wrong + code[place + 1 :])


def test_any_two_swapped_or_wrong_symbols_are_seen() -> None:
    chance = random.Random(7)
    for _ in range(2000):
        symbols = list(new_code().replace("-", ""))
        first, second = sorted(chance.sample(range(16), 2))
        before = list(symbols)
        if chance.random() < 0.5:
            symbols[first], symbols[second] = symbols[second], symbols[first]
        else:
            symbols[first], symbols[second] = chance.choice(ALPHABET), chance.choice(ALPHABET)
        assert symbols == before or not is_well_formed("".join(symbols))


def test_a_stored_certificate_opens_to_its_code_and_to_no_other() -> None:
    book = CodeBook([NEW])
    one, other = book.new(), book.new()
    code = book.open(one.certificate_id, one.code_sealed)
    assert is_well_formed(code)
    assert code.encode() not in one.code_hash + one.code_sealed.encode()
    with pytest.raises(BrokenSeal):
        book.open(other.certificate_id, one.code_sealed)


def test_codes_outlive_the_rotation_of_keys() -> None:
    before = CodeBook([OLD]).new()
    book = CodeBook([NEW, OLD])
    assert is_well_formed(book.open(before.certificate_id, before.code_sealed))
    with pytest.raises(BrokenSeal):
        CodeBook([NEW]).open(uuid4(), before.code_sealed)
