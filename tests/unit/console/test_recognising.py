"""What a caller may name: readings of one text, the likeliest first."""

import pytest

from services.console.finding.recognising import Kind, recognise


@pytest.mark.parametrize(
    ("typed", "kinds", "first"),
    [
        ("+7 926 123-45-67", [Kind.PHONE, Kind.ORDER], "+79261234567"),
        ("8 (926) 123-45-67", [Kind.PHONE, Kind.ORDER], "+79261234567"),
        ("79261234567", [Kind.PHONE, Kind.ORDER], "+79261234567"),
        ("+46 70 123 45 67", [Kind.PHONE, Kind.ORDER], "+46701234567"),
        ("12345678901234567890", [Kind.ORDER], "12345678901234567890"),
        (
            "3620ECEF-464f-48e1-9fbd-c1d9b221be1c",
            [Kind.ID, Kind.ORDER],
            "3620ecef-464f-48e1-9fbd-c1d9b221be1c",
        ),
        ("A" * 64, [Kind.CLICK, Kind.ORDER], "A" * 64),
        ("  PER-1   2 ", [Kind.ORDER], "PER-1 2"),
    ],
)
def test_a_text_is_read_as_what_it_looks_like(typed: str, kinds: list[Kind], first: str) -> None:
    guesses = recognise(typed)
    assert [one.kind for one in guesses] == kinds
    assert guesses[0].text == first


def test_nothing_names_nothing() -> None:
    assert recognise("   ") == []
