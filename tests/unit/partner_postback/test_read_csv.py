"""CSV as people save it: charsets, delimiters, quotes; what is broken is named with its line."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.partner_postback.files.broken import BrokenFile, Fault
from services.partner_postback.files.rows import LONGEST_RECORD, MOST_FIELDS, ROWS_IN_A_CHUNK
from tests.unit.partner_postback.files import CSV, STRICT, records

HEADER = "order_id,status\n"


def broken(content: bytes, charset: str | None = None) -> BrokenFile:
    with pytest.raises(BrokenFile) as raised:
        records(content, charset=charset)
    return raised.value


@pytest.mark.parametrize(
    "content",
    [
        b"order_id,status\nA-1,approved\n",
        b"\xef\xbb\xbforder_id,status\nA-1,approved",
        b"order_id;status\r\nA-1;approved\r\n",
        b"order_id\tstatus\rA-1\tapproved\r",
        b'"order_id","status"\n"A-1","approved"\n',
        b" order_id , status \nA-1,approved\n",
        b"order_id,status\n\n,\nA-1,approved\n,,,\n\n",
    ],
)
def test_however_it_was_saved_it_reads_the_same(content: bytes) -> None:
    assert records(content) == [{"order_id": "A-1", "status": "approved"}]


def test_the_delimiter_is_the_one_that_shows_known_names() -> None:
    content = b"comment, long;order_id;status\nA, B;A-1;approved\n"
    assert records(content) == [{"comment, long": "A, B", "order_id": "A-1", "status": "approved"}]


def test_quoted_cells_keep_delimiters_quotes_line_breaks_and_backslashes() -> None:
    content = 'order_id,status,reason\nA-1,declined,"a ""b"", c\nd\\n\\ \t"\n'
    assert records(content.encode())[0]["reason"] == 'a "b", c\nd\\n\\ \t'


@pytest.mark.parametrize(
    ("content", "charset"),
    [
        ("order_id,status,reason\nA-1,declined,не подошло\n".encode(), None),
        ("order_id,status,reason\nA-1,declined,не подошло\n".encode("cp1251"), None),
        ("order_id,status,reason\nA-1,declined,не подошло\n".encode("cp1251"), "windows-1251"),
        ("order_id,status,reason\nA-1,declined,не подошло\n".encode(), "UTF8"),
    ],
)
def test_cp1251_is_known_when_it_is_no_utf8_or_named(content: bytes, charset: str | None) -> None:
    assert records(content, charset=charset)[0]["reason"] == "не подошло"


def test_what_is_named_is_believed() -> None:
    content = "order_id,status,reason\nA-1,declined,да\n".encode()
    assert records(content, charset="cp1251")[0]["reason"] == "РґР°"


@pytest.mark.parametrize(
    ("content", "charset", "line"),
    [
        ((HEADER + "A-1,approved\n").encode("utf-16"), None, None),
        ((HEADER + "A-1,approved\n").encode("utf-16-le"), None, None),
        ((HEADER + "A-1,approved\n").encode("utf-16-be"), None, None),
        (HEADER.encode() + b"A-1,approved\nA-\xff,approved\n", "utf-8", 3),
        # It was UTF-8 up to there: a byte that was lost on the way makes no other charset of it.
        (HEADER.encode() + "Й-1,approved\n".encode() + b"\xd0", None, 3),
        (HEADER.encode() + b"A-\x98,approved\n", None, 2),
        (HEADER.encode(), "koi8-r", None),
        (HEADER.encode(), "no-charset", None),
        (HEADER.encode(), "utf-16", None),
        (HEADER.encode(), "\x00", None),
    ],
)
def test_a_charset_that_is_not_read_is_named(
    content: bytes, charset: str | None, line: int | None
) -> None:
    fault = broken(content, charset)
    assert (fault.code, fault.line) == (Fault.WRONG_CHARSET, line)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("order_id,amount", "status"),
        ("A-1,approved", "order_id"),
        ("", "order_id"),
        ("order_id,status,status", "status"),
        ("order_id,status,", None),
        ("order_id,status," + ",".join(map(str, range(MOST_FIELDS))), None),
        ("Order_ID,status", "order_id"),
    ],
)
def test_a_header_names_each_column_once_and_what_the_profile_needs(
    header: str, field: str | None
) -> None:
    fault = broken(f"{header}\nA-1,approved\n".encode())
    assert (fault.code, fault.line, fault.field) == (Fault.WRONG_COLUMNS, 1, field)


def test_aliases_stand_for_a_column() -> None:
    assert records(b"Order,State\nA-1,approved\n") == [{"Order": "A-1", "State": "approved"}]


def test_an_unknown_column_is_refused_where_the_profile_wants_it_so() -> None:
    content = b"order_id,status,colour\nA-1,approved,red\n"
    assert records(content)[0]["colour"] == "red"
    with pytest.raises(BrokenFile, match="Line 1: colour: Unknown column"):
        records(content, STRICT)


@pytest.mark.parametrize(
    ("rest", "code", "line"),
    [
        ("", Fault.NO_ROWS, None),
        ("\n\n,\n", Fault.NO_ROWS, None),
        ('A-1,"approved\nA-2,declined\n', Fault.BROKEN_CSV, 2),
        ('A-1,approved\nA-2,"app"roved\n', Fault.BROKEN_CSV, 3),
        ('A-1,approved\nA-2,"' + "x\n" * LONGEST_RECORD, Fault.BROKEN_CSV, 3),
    ],
)
def test_a_file_that_breaks_is_refused_with_its_line(
    rest: str, code: Fault, line: int | None
) -> None:
    fault = broken((HEADER + rest).encode())
    assert (fault.code, fault.line) == (code, line)


@pytest.mark.parametrize("cell", ["x" * 1_000_000, "x" * LONGEST_RECORD])
def test_a_cell_without_end_is_named_with_line_and_column(cell: str) -> None:
    """INVARIANT: what is read of a line is bounded, or a file of one line would fill the memory."""
    fault = broken(f"order_id,status,reason\nA-1,approved,\nA-2,declined,{cell}\n".encode())
    assert (fault.code, fault.line, fault.field) == (Fault.RECORD_TOO_LONG, 3, "reason")
    assert broken(b"x" * 1_000_000).code == Fault.RECORD_TOO_LONG


def test_rows_come_in_chunks_of_bounded_size() -> None:
    rows = [f"A-{number},approved\n" for number in range(3 * ROWS_IN_A_CHUNK + 1)]
    assert len(records((HEADER + "".join(rows)).encode())) == len(rows)
    long = "".join(f"A-{number},approved,{'x' * 100_000}\n" for number in range(30))
    assert len(records(f"order_id,status,reason\n{long}".encode())) == 30


_CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=12)


@given(st.lists(st.tuples(_CELLS, _CELLS, _CELLS), min_size=1), st.sampled_from(",;\t"))
def test_whatever_is_in_the_cells_they_come_back_as_they_were(
    rows: list[tuple[str, ...]], delimiter: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([("order_id", "status", "reason"), *rows])
    expected = [dict(zip(("order_id", "status", "reason"), row, strict=True)) for row in rows]
    expected = [one for one in expected if any(one.values())]
    if expected:
        assert records(text.getvalue().encode(), CSV, "utf-8") == expected
