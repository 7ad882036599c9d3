"""What a member types of an order, read."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.account.telling import claims
from shared.pages.form import Form

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
STORES = [{"store_id": "aliexpress", "name": "AliExpress"}]
TYPED = {"store": "AliExpress", "order": "77", "ordered_on": "2026-11-01", "amount": "1250"}


def read(**changes: str) -> tuple[dict[str, Any] | None, dict[str, str]]:
    form = Form(TYPED | changes)
    return claims.read(form, STORES, NOW), form.errors


def test_the_end_of_the_day_counts_so_that_a_visit_on_it_came_before() -> None:
    filed, errors = read()
    assert filed is not None
    assert not errors
    assert filed["ordered_at"] == "2026-11-01T20:59:59Z"


def test_of_today_it_is_now() -> None:
    filed, _ = read(ordered_on="2026-11-29")
    assert filed is not None
    assert filed["ordered_at"] == "2026-11-29T12:00:00Z"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("store", ""),
        ("order", ""),
        ("order", "a\u202eb\x00"),
        ("order", "7" * 256),
        ("ordered_on", ""),
        ("ordered_on", "yesterday"),
        ("ordered_on", "0001-01-01"),
        ("amount", "0"),
        ("amount", "a lot"),
        ("amount", "1.234"),
        ("amount", "9" * 20),
    ],
)
def test_what_is_wrong_is_told_at_its_field(field: str, typed: str) -> None:
    filed, errors = read(**{field: typed})
    assert filed is None
    assert list(errors) == [field]


@pytest.mark.parametrize(
    ("typed", "minor"), [("1 250,50", 125050), ("1250.5", 125050), ("7", 700), ("1,2,3", None)]
)
def test_sums_are_read_as_people_write_them(typed: str, minor: int | None) -> None:
    assert claims.minor(typed) == minor


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (r"C:\photos\receipt.JPG", "receipt.JPG"),
        ("../../etc/passwd", "passwd"),
        ('a"b\n.png', "ab.png"),
        ("x" * 200 + ".pdf", "x" * 96 + ".pdf"),
        ("/", "file"),
    ],
)
def test_a_files_name_is_made_plain(sent: str, kept: str) -> None:
    assert claims.file_name(sent) == kept
