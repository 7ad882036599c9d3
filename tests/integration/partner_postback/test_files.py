"""A partner's file: every row has its verdict, a dry run changes nothing, twice is once."""

import csv
import gzip
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine

from services.partner_postback.files.rows import ROWS_IN_A_CHUNK
from tests.integration.partner_postback.partner import Desk
from tests.integration.partner_postback.uploads import (
    HEADER,
    Uploads,
    uploads,
    worker,
)


@pytest.fixture
def files(desk: Desk) -> Uploads:
    return uploads(desk)


def test_a_file_approves_orders_and_tells_of_each_row(files: Uploads) -> None:
    orders = files.report_orders(3)
    answer = files.send(files.csv_of([*orders, "unheard-of"]), name="november.csv")
    assert answer.status_code == 202
    taken: dict[str, Any] = answer.json or {}
    assert (taken["rows"], taken["state"], taken["is_new"]) == (4, "taken_in", True)
    assert files.statuses() == {"reported": 3}
    assert files.rows(taken["file_id"]) == []

    files.apply()
    report = files.report(taken["file_id"])
    assert taken["report"] == f"/files/{taken['file_id']}"
    assert (report["state"], report["applied_rows"], report["name"]) == (
        ("finished", 4, "november.csv")
    )
    assert report["verdicts"] == [
        {"verdict": "accepted", "code": "changed", "rows": 3},
        {"verdict": "held", "code": "unknown_order", "rows": 1},
    ]
    assert files.statuses() == {"approved": 3}
    rows = files.rows(taken["file_id"])
    assert [one["row_number"] for one in rows] == [1, 2, 3, 4]
    assert [one["order_id"] for one in rows] == [*orders, "unheard-of"]
    receipt = files.partner.read(f"/receipts/{rows[0]['receipt_id']}").json
    assert receipt
    assert (receipt["source"], receipt["source_id"]) == ("file", taken["file_id"])
    assert receipt["row_number"] == 1
    assert f'"order_id":"{orders[0]}"' in receipt["request"]["body"]


def test_an_xml_file_of_a_network_is_read_by_its_profile(files: Uploads) -> None:
    """The sample of Admitad's own page, once per status."""
    good, bad = files.report_orders(2)
    payments = "".join(
        f"<Payment><OrderID>{one}</OrderID><OrderAmount>1099</OrderAmount><Reward>100</Reward>"
        f"<Status>{status}</Status></Payment>"
        for one, status in ((good, 1), (bad, 2))
    )
    sample = f'<Payments xmlns="http://admitad.com/payments-revision">{payments}</Payments>'
    file_id = files.taken_in(sample.encode(), "application/xml", profile="admitad-revision")
    files.apply()
    assert files.counts(file_id) == {"accepted": 2}
    assert files.statuses() == {"approved": 1, "declined": 1}


def test_an_empty_element_and_none_are_their_rows_fault_where_the_profile_says_so(
    files: Uploads,
) -> None:
    payment = "<Payment><OrderID>A-1</OrderID>{}<Status>1</Status></Payment>"
    wrong = ("<Reward/>", "<Comment>None</Comment>", "<Reward>1,5</Reward>", "<Colour>red</Colour>")
    payments = "".join(payment.format(one) for one in wrong)
    sample = f'<Payments xmlns="http://admitad.com/payments-revision">{payments}</Payments>'
    file_id = files.taken_in(sample.encode(), "text/xml", profile="admitad-revision")
    files.apply()
    rows = files.rows(file_id)
    assert {one["verdict"] for one in rows} == {"refused"}
    assert [one["field"] for one in rows] == ["Reward", "Comment", "Reward", "Colour"]
    assert {one["order_id"] for one in rows} == {"A-1"}


def test_a_row_that_cannot_be_read_is_refused_by_name_and_breaks_nothing(files: Uploads) -> None:
    order, other, third, fourth = files.report_orders(4)
    at = "2026-11-23T11:59:59Z"
    lines = [
        f"{order},approved,{at},1099.00,RUB",
        f"{other},approved,{at},10;99,RUB",
        f"{other},paid,{at},,",
        f"{other},approved,yesterday,,",
        f"{other},approved,{at},,,extra",
        f"{other},approved",
        f"{'x' * 300},approved,{at},,",
        f"{third}\x00,approved,{at},,",
        f"{fourth},approved,{at},,",
    ]
    file_id = files.taken_in((HEADER + "\n".join(lines)).encode())
    files.apply()
    told = [(one["verdict"], one["code"], one["field"]) for one in files.rows(file_id)]
    assert told == [
        ("accepted", "changed", None),
        ("refused", "invalid_amount", "amount"),
        ("refused", "invalid_fields", "status"),
        ("refused", "invalid_fields", "status_at"),
        ("refused", "wrong_cells", None),
        ("refused", "wrong_cells", None),
        ("refused", "invalid_fields", "order_id"),
        ("refused", "invalid_fields", "order_id"),
        ("accepted", "changed", None),
    ]
    assert files.rows(file_id)[1]["order_id"] == other
    assert files.rows(file_id)[7]["order_id"] == f"{third}\ufffd"
    assert files.statuses() == {"approved": 2, "reported": 2}


def test_a_dry_run_says_what_would_happen_and_changes_nothing(files: Uploads) -> None:
    """INVARIANT: a dry run that keeps a receipt, a message, an event or a conversion."""
    [order] = files.report_orders(1)
    content = files.csv_of([order, order, "unheard-of"]) + b",approved,,,\n"
    before = [files.desk.count(table) for table in ("receipts", "messages", "held", "event_log")]
    dry = files.taken_in(content, dry_run="true")
    files.apply()
    after = [files.desk.count(table) for table in ("receipts", "messages", "held", "event_log")]
    assert before == after
    assert files.statuses() == {"reported": 1}
    rows = files.rows(dry)
    assert [one["verdict"] for one in rows] == ["accepted", "duplicate", "held", "refused"]
    assert [one["receipt_id"] for one in rows] == [None] * 4
    assert [one["order_id"] for one in rows] == [order, order, "unheard-of", ""]
    assert files.report(dry)["is_dry_run"] is True

    real = files.taken_in(content)  # a dry run does not stand in its way
    files.apply()
    told = [[(one["verdict"], one["code"]) for one in files.rows(one)] for one in (dry, real)]
    assert told[0] == told[1]


def test_the_same_file_twice_changes_nothing(files: Uploads) -> None:
    content = files.csv_of(files.report_orders(2))
    first = files.taken_in(content)
    again = files.send(content)
    packed = files.send(gzip.compress(content), headers={"Content-Encoding": "gzip"})
    files.apply()
    late = files.send(content)
    for answer in (again, packed, late):
        assert answer.status_code == 200
        assert answer.json
        assert (answer.json["file_id"], answer.json["is_new"]) == (first, False)
    assert late.json
    assert late.json["state"] == "finished"
    assert files.counts(first) == {"accepted": 2}
    assert files.desk.count("receipts", "source = 'file'") == 2


def test_of_two_uploads_at_once_one_wins_and_the_other_is_told(files: Uploads) -> None:
    """INVARIANT: without the unique index both would be applied."""
    content = files.csv_of(files.report_orders(3))
    app = files.desk.client.application

    def send(_: int) -> tuple[int, str]:
        with app.test_client() as client:
            headers = {"Authorization": f"Bearer {files.partner.key}", "Content-Type": "text/csv"}
            answer = client.post("/files?profile=csv", data=content, headers=headers)
            assert answer.json
            return answer.status_code, answer.json["file_id"]

    with ThreadPoolExecutor(6) as together:
        answers = list(together.map(send, range(6)))
    assert sorted(status for status, _ in answers) == [200] * 5 + [202]
    assert len({file_id for _, file_id in answers}) == 1


def test_rows_are_paged_filtered_and_downloaded_without_formulas(files: Uploads) -> None:
    """OWASP, CSV injection: what a spreadsheet would run begins with an apostrophe."""
    nasty = ["=1+1", "+1", "-1+2", "@SUM(A1)", '"=HYPERLINK(""http://x"")"']
    order = files.report_orders(1)
    file_id = files.taken_in(files.csv_of([*order, *nasty]))
    files.apply()
    assert [one["row_number"] for one in files.rows(file_id, limit=2, after=1)] == [2, 3]
    assert [one["row_number"] for one in files.rows(file_id, verdict="accepted")] == [1]
    as_asked = files.partner.read(f"/files/{file_id}/rows", format="csv")
    headers = {"Authorization": f"Bearer {files.partner.key}", "Accept": "text/csv"}
    accepted = files.desk.client.get(f"/files/{file_id}/rows", headers=headers)
    assert as_asked.content_type == "text/csv; charset=utf-8"
    assert as_asked.text == accepted.text
    assert as_asked.content_length == len(as_asked.data)  # a cut one cannot pass for whole
    rows = list(csv.DictReader(io.StringIO(as_asked.text)))
    assert [one["order_id"] for one in rows] == [
        order[0], "'=1+1", "'+1", "'-1+2", "'@SUM(A1)", "'=HYPERLINK(\"http://x\")",
    ]  # fmt: skip
    assert [one["order_id"] for one in files.rows(file_id)][1] == "=1+1"


def test_a_file_of_several_chunks_is_applied_whole(files: Uploads) -> None:
    orders = [f"X-{number}" for number in range(2 * ROWS_IN_A_CHUNK + 7)]
    file_id = files.taken_in(files.csv_of(orders))
    while not (halfway := files.report(file_id))["applied_rows"]:
        assert worker(files.desk).work()  # perhaps at what other tests have left
    assert (halfway["state"], halfway["applied_rows"]) == ("applying", ROWS_IN_A_CHUNK)
    files.apply()
    assert files.counts(file_id) == {"held": len(orders)}
    downloaded = files.partner.read(f"/files/{file_id}/rows", format="csv").text
    assert [one["order_id"] for one in csv.DictReader(io.StringIO(downloaded))] == orders


def test_a_row_that_cannot_be_kept_is_noted_and_the_file_goes_on(files: Uploads) -> None:
    """INVARIANT: one row that the database refuses must not keep its neighbours waiting."""
    orders, [poison] = files.report_orders(6), files.report_orders(1, order_id="poison")
    with poisoned(files.desk.engine):
        file_id = files.taken_in(files.csv_of([*orders[:3], poison, *orders[3:]]))
        files.apply()
    rows = files.rows(file_id)
    assert [one["verdict"] for one in rows] == [*["accepted"] * 3, "refused", *["accepted"] * 3]
    assert (rows[3]["code"], rows[3]["order_id"], rows[3]["receipt_id"]) == (
        ("not_kept", "poison", None)
    )
    assert files.statuses() == {"approved": 6, "reported": 1}
    assert files.report(file_id)["state"] == "finished"


@contextmanager
def poisoned(engine: Engine) -> Iterator[None]:
    """The database refuses one order, whatever a file says of it."""
    poison = "CHECK (source <> 'file' OR said->>'order_id' <> 'poison')"
    with engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE receipts ADD CONSTRAINT no_poison {poison}")
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE receipts DROP CONSTRAINT no_poison")


def test_a_held_row_that_is_decided_later_shows_so_in_the_report(files: Uploads) -> None:
    file_id = files.taken_in(files.csv_of(["early"]))
    files.apply()
    assert files.counts(file_id) == {"held": 1}
    files.report_orders(1, order_id="early")
    files.retry_held()
    assert files.counts(file_id) == {"accepted": 1}
    assert files.statuses() == {"approved": 1}
