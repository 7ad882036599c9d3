"""One phone is one member, however it is written; what no SMS could reach is refused."""

import pytest

from services.members.domain import InvalidPhone, read_phone


@pytest.mark.parametrize(
    "written",
    [
        "+79261234567",
        "+7 926 123-45-67",
        "8 (926) 123 45 67",
        "8-926-123-45-67",
        "+7.926.123.45.67",
    ],
)
def test_every_spelling_is_one_number(written: str) -> None:
    """INVARIANT: a second spelling must not become a second member."""
    assert read_phone(written) == "+79261234567"


@pytest.mark.parametrize("written", ["+46 70 123 45 67", "+380501234567", "+1 202 555 01 23"])
def test_any_country_and_operator_is_welcome(written: str) -> None:
    assert read_phone(written).startswith("+")


@pytest.mark.parametrize(
    "written",
    [
        "",
        "phone",
        "+7926765432",
        "+792612345678",
        "+7 495 123-45-67",  # a landline
        "1-800-FLOWERS",
        "+79261234567 ext. 5",
        "٩٢٦١٢٣٤٥٦٧",
        "+79261234567'; DROP TABLE members;--",
        "<b>+79261234567</b>",
        "+" + "7" * 40,
    ],
)
def test_what_is_no_mobile_number_is_refused(written: str) -> None:
    with pytest.raises(InvalidPhone) as refusal:
        read_phone(written)
    assert not written or written not in str(refusal.value), "a number must not reach a log"
