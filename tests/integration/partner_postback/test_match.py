"""The three-way match over real messages: pushed, pulled and filed, for one period."""

import csv
import io
import json
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from services.partner_postback import formats, handlers
from services.partner_postback.api.access.match_schemas import MatchSchema
from services.partner_postback.click_id import ClickIds
from services.partner_postback.formats.request import RawRequest, Source
from services.partner_postback.verdicts import Arrival, Outcome
from shared.schemas import rfc3339
from tests.integration.partner_postback.partner import CLERK, CLICK_KEY, Desk, Partner

NOVEMBER = {"from": "2026-11-01", "to": "2026-12-01"}


@dataclass
class Sides:
    """A partner whose messages come by every way."""

    desk: Desk
    partner: Partner

    def say(self, source: Source, body: dict[str, Any]) -> Outcome:
        """Take a message in as if it had been pulled, or stood in a file."""
        raw = json.dumps(body).encode()
        request = RawRequest("signed", "POST", b"", raw, self.desk.clock(), source=source)
        said = formats.read(request, formats.built_in()["signed"])
        arrival = Arrival(uuid4(), self.partner.partner_id, request, said)
        with self.desk.engine.begin() as connection:
            [outcome] = handlers.record(
                connection, [arrival], ClickIds([CLICK_KEY]), self.desk.clock
            )
        return outcome

    def report(self, **asked: str) -> dict[str, Any]:
        answer = self.partner.read("/match", **{**NOVEMBER, **asked})
        assert answer.status_code == 200, answer.text
        read = json.loads(answer.data)
        assert MatchSchema().validate(json.loads(answer.data)) == {}
        return dict(read)


@pytest.fixture
def sides(desk: Desk) -> Sides:
    desk.store()
    return Sides(desk, desk.partner())


def of_order(read: dict[str, Any], order_id: str) -> dict[str, Any]:
    [row] = [one for one in read["data"] if one["order_id"] == order_id]
    return dict(row)


def test_a_report_says_of_each_line_who_says_what_and_whose_value_counts(sides: Sides) -> None:
    partner, push = sides.partner, partial(sides.say, Source.PUSH)
    pull, file = partial(sides.say, Source.PULL), partial(sides.say, Source.FILE)
    agreed, differs, missing = (partner.report(order_id=one) for one in ("A", "B", "C"))
    for one in (agreed, differs, missing):
        push(one)
    sides.desk.clock.move(timedelta(minutes=1))
    pull({**agreed, "status": "approved", "status_at": rfc3339(sides.desk.clock())})
    less = {"amount_minor": 100_000, "currency": "RUB"}
    pull(partner.later(differs, "approved", amount=less))
    sides.desk.clock.move(timedelta(minutes=1))
    for one in (agreed, differs):
        file(partner.later(one, "approved", line_id=""))
    file(partner.later(partner.report(order_id="D"), "approved"))
    read = sides.report()
    assert read["sides"] == ["file", "pull", "push"]
    assert [(one["order_id"], one["outcome"]) for one in read["data"]] == [
        ("A", "agreed"),
        ("B", "different"),
        ("C", "missing"),
        ("D", "missing"),
    ]
    [difference] = of_order(read, "B")["differences"]
    assert difference == {
        "field": "amount_minor",
        "sides": {"push": 109_900, "pull": 100_000},
        "counts": 100_000,
        "decided_by": ["pull"],
    }
    assert of_order(read, "C")["missing"] == ["pull", "file"]
    assert (of_order(read, "D")["missing"], of_order(read, "D")["counts"]) == (
        ["push", "pull"],
        None,
    )
    counts = read["summary"]
    assert [counts[one] for one in ("rows", "agreed", "missing", "different")] == [4, 1, 2, 1]
    assert counts["missing_in"] == {"push": 1, "pull": 2, "file": 1}
    assert counts["different_in"]["amount_minor"] == 1
    assert counts["not_recorded"] == 1


def test_rows_may_be_those_that_did_not_agree_or_none(sides: Sides) -> None:
    sides.say(Source.PUSH, sides.partner.report(order_id="A"))
    for rows, shown in (("all", 1), ("open", 0), ("none", 0)):
        read = sides.report(rows=rows)
        assert (len(read["data"]), read["summary"]["rows"]) == (shown, 1)
    named = sides.report(rows="open", sides="push,file")
    assert named["sides"] == ["file", "push"]
    assert named["data"][0]["missing"] == ["file"]


def test_a_line_is_of_the_period_in_which_it_was_ordered(sides: Sides) -> None:
    """INVARIANT: whenever its messages came, each line is in one period and no other."""
    body = sides.partner.report(
        order_id="A", ordered_at="2026-11-20T20:59:59Z", click_id=sides.partner.click(days=5)
    )
    sides.say(Source.PUSH, body)
    second = {**body, "line_id": "2", "ordered_at": "2026-11-20T21:00:00Z"}
    sides.say(Source.PUSH, second)
    lines = [
        [one["line_id"] for one in sides.report(**{"from": first, "to": end})["data"]]
        for first, end in (
            ("2026-11-01", "2026-11-21"),
            ("2026-11-21", "2026-11-22"),
            ("2026-11-22", "2026-12-01"),
        )
    ]
    assert lines == [["1"], ["2"], []]


def test_more_orders_than_a_page_come_all_and_once(sides: Sides) -> None:
    arrivals = []
    for number in range(1_100):
        body = sides.partner.report(order_id=f"{number:05}")
        raw = json.dumps(body).encode()
        request = RawRequest("signed", "POST", b"", raw, sides.desk.clock())
        said = formats.read(request, formats.built_in()["signed"])
        arrivals.append(Arrival(uuid4(), sides.partner.partner_id, request, said))
    with sides.desk.engine.begin() as connection:
        handlers.record(connection, arrivals, ClickIds([CLICK_KEY]), sides.desk.clock)
    read = sides.report()
    assert [one["order_id"] for one in read["data"]] == [f"{one:05}" for one in range(1_100)]
    assert read["summary"]["rows"] == 1_100


def test_cells_of_the_csv_run_in_no_spreadsheet(sides: Sides) -> None:
    formulas = ['=HYPERLINK("x")', "+1", "-1+2", "@SUM(A1)"]
    for order_id in formulas:
        sides.say(Source.PUSH, sides.partner.report(order_id=order_id, category=order_id))
    answer = sides.partner.read("/match", **NOVEMBER, format="csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    *rows, last = csv.DictReader(io.StringIO(answer.text))
    assert (last["about"], last["order_id"]) == ("end", "4")
    assert sorted(one["order_id"] for one in rows) == sorted(f"'{one}" for one in formulas)
    assert {one["push_category"] for one in rows} == {f"'{one}" for one in formulas}
    assert {one["counts_amount_minor"] for one in rows} == {"109900"}


def test_a_partner_reads_its_own_reports_alone(sides: Sides) -> None:
    other = sides.desk.partner("home-market")
    sides.say(Source.PUSH, sides.partner.report())
    mine = sides.partner.partner_id
    assert other.read("/match", **NOVEMBER, partner_id=mine).status_code == 404
    assert json.loads(other.read("/match", **NOVEMBER).data)["data"] == []
    client = sides.desk.client
    by_clerk = client.get("/match", query_string={**NOVEMBER, "partner_id": mine}, headers=CLERK)
    assert len(json.loads(by_clerk.data)["data"]) == 1
    assert client.get("/match", query_string=NOVEMBER, headers=CLERK).status_code == 422
    assert client.get("/match", query_string=NOVEMBER).status_code == 401


def test_one_report_at_a_time_for_a_partner(sides: Sides) -> None:
    """INVARIANT: whoever asks again and again cannot take the time of all others."""
    client = sides.partner.client
    bearer = {"Authorization": f"Bearer {sides.partner.key}"}
    first = client.get("/match", query_string=NOVEMBER, headers=bearer, buffered=False)
    again = client.get("/match", query_string=NOVEMBER, headers=bearer)
    assert again.json
    assert (again.status_code, again.json["code"]) == (429, "match_running")
    first.close()
    assert sides.report()["data"] == []


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ({"to": "2026-11-01"}, "invalid_fields", "to"),
        ({"to": "2026-10-01"}, "invalid_fields", "to"),
        ({"to": "2027-02-02"}, "period_too_long", "to"),
        ({"from": "2026-13-01"}, "invalid_fields", "from"),
        ({"from": "0001-01-01"}, "invalid_fields", "from"),
        ({"from": ""}, "invalid_fields", "from"),
        ({"sides": "push,,pull"}, "invalid_fields", "sides"),
        ({"sides": "fax"}, "invalid_fields", "sides"),
        ({"rows": "some"}, "invalid_fields", "rows"),
        ({"format": "xml"}, "invalid_fields", "format"),
        ({"surprise": "1"}, "invalid_fields", "surprise"),
    ],
)
def test_a_wrong_question_names_its_field(
    sides: Sides, asked: dict[str, str], code: str, field: str
) -> None:
    answer = sides.partner.read("/match", **{**NOVEMBER, **asked})
    assert answer.json
    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert answer.json["errors"][0]["field"] == field
