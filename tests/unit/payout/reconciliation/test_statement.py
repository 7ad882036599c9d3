"""A daily file is taken whole, or refused with the line that is wrong."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payout.reconciliation import days
from services.payout.reconciliation.days import DayNotOver, NotADay
from services.payout.reconciliation.matching import Movement
from services.payout.reconciliation.statement import COLUMNS, UnreadableStatement, read

DAY = date(2026, 12, 1)
HEAD = ",".join(COLUMNS)
TOP_UP = "top_up,41,key-1,id-1,2026-12-01T00:00:03.120000Z,300"
REVERSAL = "reversal,7,key-1,id-1,2026-12-01T20:59:59Z,-300"
WHOLE = [HEAD, TOP_UP, REVERSAL, "total,2,,,,0"]


def written(*rows: str, end: str = "\r\n") -> bytes:
    return (end.join(rows) + end).encode()


def test_a_whole_file_is_read() -> None:
    statement = read(written(*WHOLE), DAY)
    top_up, reversal = statement.lines
    assert (top_up.movement, top_up.entry, top_up.key, top_up.rubles) == (
        Movement.TOP_UP,
        41,
        "key-1",
        300,
    )
    assert top_up.executed_at == datetime(2026, 12, 1, 0, 0, 3, 120_000, tzinfo=UTC)
    assert (reversal.movement, reversal.rubles, statement.rubles) == (Movement.REVERSAL, -300, 0)


@pytest.mark.parametrize(
    "content",
    [
        written(*WHOLE, end="\n"),
        b"\xef\xbb\xbf" + written(*WHOLE),
        written(*WHOLE).rstrip(),
        written(*WHOLE, ""),
        written(*[",".join(f'"{cell}"' for cell in row.split(",")) for row in WHOLE]),
    ],
    ids=["LF", "BOM", "no end of line", "an empty line after it", "quoted"],
)
def test_the_same_written_otherwise_is_the_same(content: bytes) -> None:
    assert read(content, DAY).lines == read(written(*WHOLE), DAY).lines


def test_a_day_without_lines_is_a_day() -> None:
    assert read(written(HEAD, "total,0,,,,0"), DAY).lines == []


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        (written(*WHOLE[:3]), 4, "it was cut"),
        (written(HEAD), 2, "it was cut"),
        (b"", 1, "the columns"),
        (b"<html><body><h1>Welcome to the portal</h1></body></html>", 1, "the columns"),
        (written(TOP_UP, "total,1,,,,300"), 1, "the columns"),
        (written(HEAD, TOP_UP, "total,2,,,,300"), 3, "counts 2 lines, and there are 1"),
        (written(HEAD, TOP_UP, "total,1,,,,301"), 3, "adds up to 301 rubles, the lines to 300"),
        (written(HEAD, TOP_UP, "total,1,,,,3e2"), 3, "amount_rubles"),
        (written(HEAD, TOP_UP, "total,one,,,,300"), 3, "entry"),
        (written(HEAD, TOP_UP, "total,1,,,300"), 3, "a count and a sum alone"),
        (written(*WHOLE, TOP_UP), 5, "something follows"),
        (written(HEAD, "top_up,1,k,i,2026-12-01T00:00:03Z", "total,1,,,,0"), 2, "columns"),
        (written(HEAD, TOP_UP + ",x", "total,1,,,,300"), 2, "columns"),
        (written(HEAD, "", "total,0,,,,0"), 2, "columns"),
        (written(HEAD, TOP_UP.replace("top_up", "refund"), "total,1,,,,300"), 2, "kind"),
        (written(HEAD, TOP_UP.replace(",41", ",-41"), "total,1,,,,300"), 2, "entry"),
        (written(HEAD, TOP_UP.replace("300", "3.00"), "total,1,,,,300"), 2, "amount_rubles"),
        (written(HEAD, TOP_UP.replace("300", "-300"), "total,1,,,,-300"), 2, "above zero"),
        (written(HEAD, REVERSAL.replace("-300", "300"), "total,1,,,,300"), 2, "above zero"),
        (written(HEAD, TOP_UP.replace("300", "0"), "total,1,,,,0"), 2, "amount_rubles"),
        (written(HEAD, TOP_UP.replace("key-1", ""), "total,1,,,,300"), 2, "idempotency_key"),
        (written(HEAD, TOP_UP.replace("key-1", "k\x00"), "total,1,,,,300"), 2, "idempotency"),
        (written(HEAD, TOP_UP.replace("key-1", "k" * 256), "total,1,,,,300"), 2, "idempotency"),
        (written(HEAD, TOP_UP.replace("Z", ""), "total,1,,,,300"), 2, "executed_at"),
        (written(HEAD, TOP_UP.replace("00:00", "21:00"), "total,1,,,,300"), 2, "not on 2026-12-01"),
        (written(HEAD, REVERSAL.replace("20:59:59", "21:00:00"), "total,1,,,,-300"), 2, "not on"),
        (written(HEAD, '"top_up', "total,0,,,,0"), 3, "no CSV"),
        (written(HEAD) + b"\xff\xfe", 2, "not UTF-8"),
        ("\n".join(WHOLE).encode("utf-16"), 1, "not UTF-8"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(content: bytes, line: int, says: str) -> None:
    with pytest.raises(UnreadableStatement, match=says) as refused:
        read(content, DAY)
    assert refused.value.line == line


@given(st.integers(0, len(written(*WHOLE)) - 1))
def test_a_file_cut_anywhere_is_seen(length: int) -> None:
    """INVARIANT: a cut file is no smaller day: only without its last line break it is whole."""
    content = written(*WHOLE)
    if content[length:].strip():
        with pytest.raises(UnreadableStatement):
            read(content[:length], DAY)
    else:
        assert len(read(content[:length], DAY).lines) == 2


@given(st.lists(st.tuples(st.integers(1, 10**9), st.integers(1, 999_999_999), st.booleans())))
def test_all_of_what_was_written_is_read(rows: list[tuple[int, int, bool]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    amounts = [-rubles if is_reversal else rubles for _, rubles, is_reversal in rows]
    for (entry, _, is_reversal), amount in zip(rows, amounts, strict=True):
        kind = "reversal" if is_reversal else "top_up"
        writer.writerow([kind, entry, f"key-{entry}", "id", "2026-12-01T12:00:00+03:00", amount])
    writer.writerow(["total", len(rows), "", "", "", sum(amounts)])
    statement = read(text.getvalue().encode(), DAY)
    assert [(one.entry, one.rubles) for one in statement.lines] == [
        (entry, amount) for (entry, _, _), amount in zip(rows, amounts, strict=True)
    ]
    assert statement.rubles == sum(amounts)


def test_a_day_is_one_of_moscow() -> None:
    assert days.begins_at(DAY) == datetime(2026, 11, 30, 21, tzinfo=UTC)
    assert days.day_at(datetime(2026, 12, 1, 20, 59, 59, tzinfo=UTC)) == DAY
    days.check_is_over(DAY, datetime(2026, 12, 1, 21, tzinfo=UTC))
    with pytest.raises(DayNotOver):
        days.check_is_over(DAY, datetime(2026, 12, 1, 20, 59, 59, tzinfo=UTC))


@pytest.mark.parametrize(
    "text", ["2026-02-30", "2026-1-1", "today", "", "1999-01-01", "٢026-01-01"]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(NotADay):
        days.read_day(text)
