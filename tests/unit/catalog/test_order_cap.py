"""Above which worth an order waits for a clerk, as a catalog file says it."""

import pytest

from tests.unit.catalog.files import changed, problems, read, yaml_file
from tests.unit.catalog.test_read_csv import CORNER, HEAD

DAYS = "confirmation_days: 30"


@pytest.mark.parametrize(
    ("line", "cap_rubles"),
    [
        ("", None),
        ("\n    order_cap_rubles: null", None),
        ("\n    order_cap_rubles: 1", 1),
        ("\n    order_cap_rubles: 100000000", 100_000_000),
    ],
)
def test_an_order_has_no_cap_unless_the_file_says_one(line: str, cap_rubles: int | None) -> None:
    [entry] = read(yaml_file(changed(DAYS, DAYS + line))).entries
    assert entry.store.order_cap_rubles == cap_rubles


@pytest.mark.parametrize("text", ["0", "-1", "100000001", "1.5", "much"])
def test_a_wrong_cap_is_told_with_its_line(text: str) -> None:
    [found] = problems(yaml_file(changed(DAYS, f"{DAYS}\n    order_cap_rubles: {text}")))
    why = "A whole number from 1 to 100000000."
    assert found == f"17: stores[0].order_cap_rubles: {why}"


def test_a_column_says_the_cap() -> None:
    head = HEAD.replace("\n", ",order_cap_rubles\n")
    line = CORNER.replace("gum=excluded\n", "gum=excluded,500000\n")
    [entry] = read(head + line, "text/csv").entries
    assert entry.store.order_cap_rubles == 500_000
