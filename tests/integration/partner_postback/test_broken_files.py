"""A file that is broken changes nothing: the answer names what is wrong, and where."""

import gzip
from typing import Any

import pytest
from sqlalchemy import text

from tests.integration.partner_postback.partner import CLERK, Desk
from tests.integration.partner_postback.uploads import HEADER, Uploads, uploads

GZIP = {"Content-Encoding": "gzip"}
ROW = "A-1,approved,2026-11-23T11:59:59Z,,\n"
BOMB = '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
EXTERNAL = '<!DOCTYPE x [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
PAYMENTS = (
    '<Payments xmlns="http://admitad.com/payments-revision"><Payment><OrderID>&b;</OrderID>'
    "<Status>1</Status></Payment></Payments>"
)


@pytest.fixture
def files(desk: Desk) -> Uploads:
    return uploads(desk)


def refused(files: Uploads, content: bytes, *rest: Any, **asked: str) -> tuple[int, dict[str, Any]]:
    """Upload what is broken: nothing of it is kept, and the answer is a problem."""
    answer = files.send(content, *rest, **asked)
    assert answer.content_type == "application/problem+json"
    kept = "SELECT count(*) FROM files WHERE partner_id = :partner_id"
    with files.desk.engine.connect() as connection:
        asked_of = {"partner_id": files.partner.partner_id}
        assert connection.scalar(text(kept), asked_of) == 0
    assert answer.json
    return answer.status_code, answer.json


@pytest.mark.parametrize(
    ("content", "code", "line", "field"),
    [
        (HEADER.encode(), "no_rows", None, None),
        ((ROW * 2).encode(), "wrong_columns", 1, "order_id"),
        (b"order_id,status\nA-1,approved\n", "wrong_columns", 1, "status_at"),
        ((HEADER[:-1] + ",colour\n" + ROW).encode(), "wrong_columns", 1, "colour"),
        ((HEADER[:-1] + ",a\x00b\n" + ROW).encode(), "wrong_columns", 1, r"a\x00b"),
        ((HEADER + ROW).encode("utf-16"), "wrong_charset", None, None),
        ((HEADER + ROW + 'A-2,"approved\n').encode(), "broken_csv", 3, None),
        ((HEADER + ROW + "x" * 1_000_000).encode(), "record_too_long", 3, "order_id"),
        (b"\x1f\x8b" + b"\xff" * 50, "wrong_columns", 1, "order_id"),
    ],
)
def test_a_broken_csv_file_is_refused_by_line_and_field(
    files: Uploads, content: bytes, code: str, line: int | None, field: str | None
) -> None:
    status, problem = refused(files, content)
    assert (status, problem["code"], problem.get("line")) == (422, code, line)
    assert [one["field"] for one in problem.get("errors", [])] == ([field] if field else [])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (BOMB + PAYMENTS, "forbidden_xml"),
        (EXTERNAL + PAYMENTS, "forbidden_xml"),
        (PAYMENTS, "broken_xml"),
        (PAYMENTS.replace("&b;", "A-1")[:-5], "broken_xml"),
        (PAYMENTS.replace("&b;", "A-1").replace("revision", "other"), "no_rows"),
    ],
)
def test_a_broken_xml_file_is_refused(files: Uploads, content: str, code: str) -> None:
    status, problem = refused(
        files, content.encode(), "application/xml", profile="admitad-revision"
    )
    assert (status, problem["code"]) == (422, code)


def test_a_broken_gzip_stream_is_refused(files: Uploads) -> None:
    packed = gzip.compress((HEADER + ROW * 1_000).encode())
    for content, code in (
        (packed[:-20], "broken_gzip"),
        (HEADER.encode(), "broken_gzip"),
        (gzip.compress(b"0" * 50_000_000), "packed_too_tight"),
        (gzip.compress(b""), "empty_file"),
    ):
        _, problem = refused(files, content, "text/csv", GZIP)
        assert problem["code"] == code


@pytest.mark.parametrize(
    ("content_type", "headers", "status", "code"),
    [
        ("application/xml", {}, 415, "wrong_content_type"),
        ("application/x-www-form-urlencoded", {}, 415, "wrong_content_type"),
        ("", {}, 415, "wrong_content_type"),
        ("text/csv", {"Content-Encoding": "br"}, 415, "wrong_content_encoding"),
        ("text/csv; charset=koi8-r", {}, 422, "wrong_charset"),
    ],
)
def test_what_the_headers_say_must_be_read_here(
    files: Uploads, content_type: str, headers: dict[str, str], status: int, code: str
) -> None:
    told, problem = refused(files, (HEADER + ROW).encode(), content_type, headers)
    assert (told, problem["code"]) == (status, code)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"profile": "no-such"}, "profile"),
        ({"profile": "admitad"}, "profile"),
        ({"profile": "signed"}, "profile"),
        ({"profile": "../csv"}, "profile"),
        ({"dry_run": "yes"}, "dry_run"),
        ({"name": "\x00"}, "name"),
        ({"speed": "9"}, "speed"),
    ],
)
def test_a_wrong_parameter_is_named(files: Uploads, asked: dict[str, str], field: str) -> None:
    status, problem = refused(files, (HEADER + ROW).encode(), **asked)
    assert status == 422
    assert [one["field"] for one in problem["errors"]] == [field]


@pytest.mark.parametrize(
    ("told", "status", "code"),
    [
        ({"HTTP_TRANSFER_ENCODING": "chunked"}, 411, "length_required"),
        ({"CONTENT_LENGTH": "0"}, 422, "empty_file"),
        ({"CONTENT_LENGTH": str(100 * 1024 * 1024 + 1)}, 413, "file_too_large"),
    ],
)
def test_the_length_is_told_and_at_most_100_mb(
    files: Uploads, told: dict[str, str], status: int, code: str
) -> None:
    answer = files.desk.client.post(
        "/files?profile=csv",
        headers={"Authorization": f"Bearer {files.partner.key}", "Content-Type": "text/csv"},
        environ_overrides=told,
    )
    assert answer.json
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_wrong_questions_about_files_are_named(files: Uploads) -> None:
    file_id = files.taken_in((HEADER + ROW).encode())
    for asked in ({"verdict": "fine"}, {"after": "-1"}, {"limit": "1001"}, {"format": "xlsx"}):
        answer = files.partner.read(f"/files/{file_id}/rows", **asked)
        assert answer.status_code == 422, asked
    assert files.desk.client.get("/files/no-id", headers=CLERK).status_code == 404
    assert files.partner.read("/files", after="no-id").status_code == 422
    files.apply()


def test_cp1251_with_semicolons_as_a_spreadsheet_saves_it(files: Uploads) -> None:
    orders = files.report_orders(1, order_id="Заказ № 7")
    row = f"{orders[0]};declined;2026-11-23T11:59:59Z;не подошло"
    file_id = files.taken_in(f"order_id;status;status_at;reason\r\n{row}\r\n".encode("cp1251"))
    files.apply()
    assert files.counts(file_id) == {"accepted": 1}
    assert files.rows(file_id)[0]["order_id"] == "Заказ № 7"
    assert files.statuses() == {"declined": 1}
