"""Statements over HTTP: whose they are, by the month of Moscow, and that they add up."""

import csv
import io
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from services.bonus_status.store import statements
from shared.database import raw
from shared.identity import SESSION_COOKIE
from tests.integration.bonus_status.api import CLERK, client_of, sign_in
from tests.integration.bonus_status.desk import Desk
from tests.integration.bonus_status.gifts import BY_CLERK, put
from tests.support import bonuses

NEW_YEAR = datetime(2027, 1, 10, tzinfo=UTC)

_SCANS = """
SELECT seq_scan, idx_scan FROM pg_stat_xact_user_tables
WHERE relname = 'postings' AND schemaname = current_schema()
"""


@pytest.fixture
def client(desk: Desk) -> Iterator[FlaskClient]:
    with client_of(desk) as client:
        yield sign_in(desk, client, desk.member_id)


def at_new_year(desk: Desk, client: FlaskClient) -> FlaskClient:
    """The client in January, when the months that it asks of are over."""
    desk.clock.move(NEW_YEAR - desk.clock())
    return sign_in(desk, client, desk.member_id)


def statement(client: FlaskClient, month: str) -> dict[str, Any]:
    answer = client.get(f"/me/statements/{month}")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.get_json()
    assert told["closing"] == (told["opening"] + told["earned"] + told["corrected"] - told["spent"])
    return told


def test_months_follow_each_other_up_to_the_account(client: FlaskClient, desk: Desk) -> None:
    desk.hear(desk.member("active"))
    desk.hear(desk.store(name="Перекрёсток"))
    # The last second of November and the first of December, as clocks in Moscow show them.
    desk.earned(at=datetime(2026, 11, 30, 20, 59, 59, tzinfo=UTC))
    conversion_id = desk.earned(at=datetime(2026, 11, 30, 21, 0, 0, tzinfo=UTC))
    payout_id = bonuses.new_id()
    december = datetime(2026, 12, 5, tzinfo=UTC)
    asked = desk.asks(payout_id, amount=100, cutoff_at="2026-12-05T00:00:00Z")
    desk.hear(asked)
    desk.hear(desk.ends(payout_id, "completed", 100))
    returned = {"status": "returned", "paid_minor": 0}
    desk.hear(desk.conversion(conversion_id, december, **returned))
    at_new_year(desk, client)
    november, december_told = statement(client, "2026-11"), statement(client, "2026-12")
    assert (november["opening"], november["earned"]) == (0, 76)
    assert november["closing"] == december_told["opening"]
    assert (december_told["earned"], december_told["corrected"]) == (76, -76)
    balance = desk.balance()
    assert statement(client, "2027-01")["opening"] == (
        balance["accrued"] + balance["reserved"] - balance["debt"]
    )
    assert december_told["lines"][0]["store_name"] == "Перекрёсток"
    assert (december_told["is_final"], statement(client, "2027-01")["is_final"]) == (True, False)


def test_a_final_month_stays_and_late_news_is_in_the_month_in_which_it_is_heard(
    client: FlaskClient, desk: Desk
) -> None:
    """INVARIANT: a closing that was handed out is the next opening, whatever is heard later."""
    desk.hear(desk.store())
    conversion_id = desk.earned()
    at_new_year(desk, client)
    final = statement(client, "2026-11")
    assert (final["is_final"], final["closing"]) == (True, 76)
    desk.earned()
    later = datetime(2026, 11, 29, tzinfo=UTC)
    desk.hear(desk.conversion(conversion_id, later, status="returned", paid_minor=0))
    assert statement(client, "2026-11") == final
    assert statement(client, "2026-12")["lines"] == []
    january = statement(client, "2027-01")
    assert (january["opening"], january["earned"], january["corrected"]) == (76, 76, -76)
    assert desk.has(accrued=76)


def test_csv_and_pdf_are_the_same_statement_to_download(client: FlaskClient, desk: Desk) -> None:
    desk.hear(desk.store())
    desk.earned()
    table = client.get("/me/statements/2026-11?format=csv")
    assert table.content_type == "text/csv; charset=utf-8"
    assert 'filename="bonuses-2026-11.csv"' in table.headers["Content-Disposition"]
    rows = {row["kind"]: row["points"] for row in csv.DictReader(io.StringIO(table.text))}
    assert (rows["opening"], rows["earned"], rows["closing"]) == ("0", "76", "76")
    printed = client.get("/me/statements/2026-11?format=pdf")
    assert (printed.content_type, printed.data[:5]) == ("application/pdf", b"%PDF-")


def test_a_statement_speaks_the_language_that_is_asked_for(client: FlaskClient, desk: Desk) -> None:
    desk.hear(desk.member("active"))
    desk.hear(desk.store())
    desk.earned(at=desk.clock())
    path = f"/me/statements/{desk.clock():%Y-%m}"
    told = client.get(path, query_string={"language": "ru"}).get_json()
    assert [one["in_words"] for one in told["lines"]] == ["Подтверждено магазином"]
    assert client.get(path, query_string={"language": "ru", "format": "pdf"}).status_code == 200
    refused = client.get(path, query_string={"language": "tlh"})
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["field"] == "language"


def test_points_taken_back_are_a_figure_in_the_csv_too(client: FlaskClient, desk: Desk) -> None:
    desk.hear(desk.store())
    conversion_id = desk.earned()
    later = datetime(2026, 11, 29, tzinfo=UTC)
    desk.hear(desk.conversion(conversion_id, later, status="returned", paid_minor=0))
    table = client.get("/me/statements/2026-11?format=csv").text
    rows = [(row["kind"], row["points"]) for row in csv.DictReader(io.StringIO(table))]
    sums = dict(rows)
    assert (sums["total_corrected"], sums["closing"]) == ("-76", "0")
    lines = rows[1 : rows.index(("total_earned", "76"))]
    assert sum(int(points) for _, points in lines) == 0


def test_gifts_and_corrections_are_told_apart_as_everywhere(
    client: FlaskClient, desk: Desk
) -> None:
    """What would break it: a debit from free points called a debt, a gift "confirmed"."""
    desk.hear(desk.member("active"))
    desk.hear(desk.store())
    put(client, "corrections", "correction", alone_up_to=500)
    put(client, "paper", "promo_code", amount=50, most_a_member=500)
    code = {"rule_id": "paper", "codes": ["PAPER-" + secrets.token_hex(4).upper()]}
    assert client.post("/promo-codes", json=code | BY_CLERK, headers=CLERK).status_code == 201
    assert client.post("/me/promo-codes", json={"code": code["codes"][0]}).status_code == 200
    for amount in (20, 40):
        debit = {"command_id": bonuses.new_id(), "member_id": desk.member_id, "kind": "debit"}
        debit |= {"amount": amount} | BY_CLERK
        assert client.post("/corrections", json=debit, headers=CLERK).status_code == 201
    told = statement(client, "2026-11")["lines"]
    assert [(one["points"], one["in_words"]) for one in told] == [
        (50, "A gift."),
        (-20, "Corrected by the operator: the campaign plan."),
        (-40, "Corrected by the operator: the campaign plan; 10 points of it are a debt."),
    ]
    table = client.get("/me/statements/2026-11?format=csv").text
    assert [row["in_words"] for row in csv.DictReader(io.StringIO(table))][1:4] == [
        one["in_words"] for one in told
    ]


def test_a_clerk_reads_anybodys_a_member_only_his_own(client: FlaskClient, desk: Desk) -> None:
    desk.hear(desk.store())
    desk.earned()
    path = f"/members/{desk.member_id}/statements/2026-11"
    assert client.get(path).status_code == 401
    assert client.get(path, headers=CLERK).get_json()["earned"] == 76
    other = f"/members/{bonuses.new_id()}/statements/2026-11"
    assert client.get(other, headers=CLERK).get_json()["lines"] == []
    client.delete_cookie(SESSION_COOKIE)
    assert client.get("/me/statements/2026-11").status_code == 401


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("2026-13", "month"),
        ("2026", "month"),
        ("1526-12", "month"),
        ("2027-02", "month"),
        ("٢٠٢٦-12", "month"),
        ("2026-11?format=xls", "format"),
        ("2026-11?limit=1", "limit"),
    ],
)
def test_a_wrong_question_is_refused_and_the_field_named(
    client: FlaskClient, path: str, field: str
) -> None:
    answer = client.get(f"/me/statements/{path}")
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == field


def test_a_statement_is_read_by_index(desk: Desk) -> None:
    """What would break it: a statement that costs what everybody's postings weigh."""
    desk.hear(desk.store())
    desk.earned()
    member_id, ends = UUID(desk.member_id), desk.clock()
    with desk.engine.connect() as connection:
        plain = raw(connection)
        plain.execute("SET LOCAL enable_seqscan = off")
        # What the connection did before may not have been counted yet.
        before = plain.execute(_SCANS).fetchone()
        statements.opening(connection, member_id, ends)
        assert list(statements.posted(connection, member_id, ends - timedelta(days=365), ends))
        after = plain.execute(_SCANS).fetchone()
    assert before is not None
    assert after is not None
    assert (after[0] - before[0], after[1] - before[1]) == (0, 2)
