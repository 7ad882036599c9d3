"""The exposure report over HTTP: how each bonus counts, as JSON, CSV and a page."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.integration.bonus_status.api import CLERK, client_of
from tests.integration.bonus_status.desk import Desk
from tests.support import bonuses

NOVEMBER = datetime(2026, 11, 30, 20, 59, tzinfo=UTC)
DECEMBER = datetime(2026, 11, 30, 21, 0, tzinfo=UTC)
NOTHING = dict.fromkeys(("promised", "agreed", "funded", "paid", "overdue", "taken_back"), 0)


@pytest.fixture
def clerk(fresh_desk: Desk) -> Iterator[FlaskClient]:
    with client_of(fresh_desk) as client:
        fresh_desk.hear(fresh_desk.member("active"))
        fresh_desk.hear(fresh_desk.store(name="Детский мир <b>"))
        yield client


def read(clerk: FlaskClient, query: str = "?from=2026-11&to=2026-12") -> dict[str, Any]:
    answer = clerk.get(f"/exposure{query}", headers=CLERK)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.get_json()
    return told


def totals(clerk: FlaskClient, **changes: int) -> bool:
    return bool(read(clerk)["totals"] == NOTHING | changes)


def reported(desk: Desk, status: str, conversion_id: str = "", **changes: Any) -> str:
    conversion_id = conversion_id or bonuses.new_id()
    desk.hear(desk.conversion(conversion_id, NOVEMBER, status=status, **changes))
    return conversion_id


def test_a_purchase_goes_from_promised_to_paid(clerk: FlaskClient, fresh_desk: Desk) -> None:
    line = reported(fresh_desk, "reported")
    assert totals(clerk, promised=76)
    reported(fresh_desk, "approved_unfunded", line)
    assert totals(clerk, agreed=76)
    reported(fresh_desk, "approved", line)
    assert totals(clerk, funded=76)
    payout_id = bonuses.new_id()
    fresh_desk.hear(fresh_desk.asks(payout_id, amount=50, cutoff_at="2026-12-01T00:00:00Z"))
    fresh_desk.hear(fresh_desk.ends(payout_id, "completed", 50))
    assert totals(clerk, funded=26, paid=50)
    reported(fresh_desk, "returned", line, paid_minor=0)
    assert totals(clerk, paid=50, taken_back=50)
    assert fresh_desk.books_are_right()


def test_what_waits_longer_than_the_store_promised_is_overdue(
    clerk: FlaskClient, fresh_desk: Desk
) -> None:
    reported(fresh_desk, "reported", ordered_at="2026-11-20T10:30:00Z")
    assert totals(clerk, promised=76)
    fresh_desk.clock.move(datetime(2027, 1, 4, 10, 30, 1, tzinfo=UTC) - fresh_desk.clock())
    assert totals(clerk, promised=76, overdue=76)


def test_months_are_those_of_moscow(clerk: FlaskClient, fresh_desk: Desk) -> None:
    reported(fresh_desk, "reported")
    fresh_desk.hear(fresh_desk.conversion(bonuses.new_id(), DECEMBER, paid_minor=200_000))
    promised = {one["month"]: one["promised"] for one in read(clerk)["months"]}
    assert promised == {"2026-11": 76, "2026-12": 140}
    assert read(clerk, "?from=2026-12&to=2026-12")["totals"]["promised"] == 140


def test_csv_and_page_say_the_same(clerk: FlaskClient, fresh_desk: Desk) -> None:
    reported(fresh_desk, "reported")
    query = "/exposure?from=2026-11&to=2026-11&format="
    table = clerk.get(f"{query}csv", headers=CLERK)
    (row,) = csv.DictReader(io.StringIO(table.text))
    assert (row["month"], row["promised"], row["store_id"]) == (
        "2026-11",
        "76",
        fresh_desk.store_id,
    )
    page = clerk.get(f"{query}html", headers=CLERK)
    assert page.content_type == "text/html; charset=utf-8"
    assert "Детский мир &lt;b&gt;" in page.text
    assert "2026-11: 76 points promised" in page.text
    # Nothing of it is fetched from elsewhere.
    assert not any(word in page.text for word in ("http:", "https:", "src=", "<script", "url("))


def test_what_stores_owe_by_the_report_is_what_the_ledger_says(
    clerk: FlaskClient, fresh_desk: Desk
) -> None:
    for status in ("reported", "approved", "approved_unfunded", "declined"):
        reported(fresh_desk, status)
    told = read(clerk)["totals"]
    (owed,) = fresh_desk.rows("SELECT owed FROM store_balances WHERE store_id = :store_id")
    kinds = ("promised", "agreed", "funded", "paid")
    assert sum(told[kind] for kind in kinds) - told["taken_back"] == owed["owed"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?from=2026-13", "from"),
        ("?to=nobody", "to"),
        ("?from=2026-12&to=2026-11", "to"),
        ("?from=2000-01&to=2099-12", "to"),
        ("?format=pdf", "format"),
        ("?months=3", "months"),
    ],
)
def test_a_wrong_question_is_refused_and_the_field_named(
    clerk: FlaskClient, query: str, field: str
) -> None:
    answer = clerk.get(f"/exposure{query}", headers=CLERK)
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, field)


def test_only_clerks_read_it(clerk: FlaskClient) -> None:
    assert clerk.get("/exposure").status_code == 401


def test_large_figures_are_parted_by_spaces_that_do_not_break(
    clerk: FlaskClient, fresh_desk: Desk
) -> None:
    """What would break it: an entity, which the template would show letter by letter."""
    reported(fresh_desk, "reported", paid_minor=10_000_000)
    page = clerk.get("/exposure?from=2026-11&to=2026-11&format=html", headers=CLERK)
    assert "<b>7\N{NO-BREAK SPACE}000</b>" in page.text
