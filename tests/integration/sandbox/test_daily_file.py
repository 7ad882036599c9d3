"""The operator's daily file: whole by its last line, and wrong exactly as it is told to be."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest

from services.payout.reconciliation.days import day_at
from services.payout.reconciliation.statement import UnreadableStatement, read
from tests.integration.sandbox.conftest import Part


def fetch(billing: Part, day: str = "") -> Any:
    return billing.ask("GET", f"/statements/{day or day_at(datetime.now(UTC))}")


def rows(billing: Part) -> list[list[str]]:
    answer = fetch(billing)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.text)))


def test_it_has_what_was_executed_and_taken_back_and_no_phone(
    billing: Part, phone: str, key: str
) -> None:
    billing.once("/top-ups", key, {"phone": phone, "amount_rubles": 300})
    billing.ask("POST", f"/top-ups/{key}/reversal")
    billing.once("/top-ups", f"{key}-2", {"phone": "+79000000002", "amount_rubles": 300})
    found = rows(billing)
    mine = [(row[0], row[-1]) for row in found if row[2].startswith(key)]
    assert mine == [("top_up", "300"), ("reversal", "-300")]
    amounts = [int(row[-1]) for row in found[1:-1]]
    assert found[-1] == ["total", str(len(amounts)), "", "", "", str(sum(amounts))]
    assert phone not in fetch(billing).text


def test_another_day_is_another_file(billing: Part, phone: str, key: str) -> None:
    billing.once("/top-ups", key, {"phone": phone, "amount_rubles": 300})
    assert fetch(billing, "2026-01-31").text.splitlines()[1:] == ["total,0,,,,0"]
    for day in ("2026-02-30", "today", "2026-1"):
        assert (fetch(billing, day).status_code, fetch(billing, day).json()["code"]) == (
            422,
            "invalid_fields",
        )


@pytest.mark.parametrize(
    ("mode", "more"),
    [
        ("statement_loses_line", -1),
        ("statement_adds_line", 1),
        ("statement_wrong_amount", 0),
        ("statement_line_twice", 1),
    ],
)
def test_it_is_wrong_as_it_is_told_and_whole_all_the_same(
    billing: Part, phone: str, key: str, mode: str, more: int
) -> None:
    billing.once("/top-ups", key, {"phone": phone, "amount_rubles": 300})
    today = day_at(datetime.now(UTC))
    healthy = read(fetch(billing).content, today)
    billing.fails(mode, calls="statements", count=1)
    assert billing.ask("GET", f"/top-ups/{key}").json()["amount_rubles"] == 300
    wrong = read(fetch(billing).content, today)
    assert len(wrong.lines) == len(healthy.lines) + more
    assert wrong.file_hash != healthy.file_hash
    assert read(fetch(billing).content, today).file_hash == healthy.file_hash


def test_a_cut_file_is_seen_by_its_last_line(billing: Part) -> None:
    billing.fails("statement_is_cut", calls="statements", count=1)
    with pytest.raises(UnreadableStatement, match="cut"):
        read(fetch(billing).content, day_at(datetime.now(UTC)))
