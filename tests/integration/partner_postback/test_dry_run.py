"""A dry run says what a message would do, by the very code that does it, and does nothing."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from shared.schemas import rfc3339
from tests.integration.partner_postback.partner import CLERK, Desk, Partner
from tests.integration.partner_postback.signing import signed_headers
from tests.integration.partner_postback.telling import listen

_TABLES = text("""
SELECT table_name FROM information_schema.tables
WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'
""")
_LOCKS = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = "
    "(SELECT oid FROM pg_database WHERE datname = current_database())"
)


@pytest.fixture
def partner(desk: Desk) -> Partner:
    desk.store()
    return desk.partner()


def try_out(partner: Partner, body: Any, webhook_id: str = "") -> TestResponse:
    raw, headers = signed_headers(partner.secret, partner.clock, body, webhook_id)
    return partner.client.post(f"/dry-run/{partner.partner_id}", data=raw, headers=headers)


def tried(partner: Partner, body: Any, webhook_id: str = "") -> dict[str, Any]:
    answer = try_out(partner, body, webhook_id)
    assert answer.status_code == 200, answer.json
    assert answer.json
    return dict(answer.json)


def everything(desk: Desk) -> dict[str, str]:
    """Every row of every table, as one text a table."""
    with desk.engine.connect() as connection:
        tables = list(connection.scalars(_TABLES))
        return {
            table: str(
                connection.scalar(
                    text(
                        f"SELECT md5(coalesce(string_agg(one::text, ';' ORDER BY one::text), '')) "
                        f"FROM {table} AS one"
                    )
                )
            )
            for table in tables
        }


def test_a_report_would_be_recorded_and_nothing_is(desk: Desk, partner: Partner) -> None:
    """INVARIANT: no row of any table differs, and no lock is left, whatever the verdict."""
    listen(partner, "https://partner.example/")
    known = partner.report()
    partner.send(known)
    before = everything(desk)
    report, webhook_id = partner.report(), f"msg_{uuid4()}"
    would = tried(partner, report, webhook_id)
    cart = {**partner.report(), "lines": 2}
    for other in (known, cart, partner.later(report, "approved"), {"order_id": 5}):
        tried(partner, other)
    assert everything(desk) == before
    assert len(before) > 10
    with desk.engine.connect() as connection:
        assert connection.scalar(_LOCKS) == 0
    assert (would["verdict"], would["code"], would["status"]) == ("accepted", "recorded", 200)
    assert would["receipt_id"] is None
    [line] = would["lines"]
    assert line["before"] is None
    sent = partner.send(report, webhook_id=webhook_id).json
    assert sent
    assert (sent["verdict"], sent["code"]) == ("accepted", "recorded")
    real = partner.read(f"/conversions/{sent['conversion_id']}").json
    assert real
    # Nobody can look for a receipt that was never kept.
    assert real.keys() - line["after"].keys() == {"receipt_id", "messages"}
    assert {name: real[name] for name in line["after"]} == line["after"]


def test_a_later_message_shows_the_line_before_and_after(desk: Desk, partner: Partner) -> None:
    report = partner.report()
    partner.send(report)
    desk.clock.move(timedelta(minutes=1))
    part = {"amount_minor": 9_900, "currency": "RUB"}
    would = tried(partner, partner.later(report, "returned", amount=part))
    [line] = would["lines"]
    assert [line[when]["paid_minor"] for when in ("before", "after")] == [109_900, 100_000]
    assert [line[when]["version"] for when in ("before", "after")] == [1, 2]
    assert would["said"]["says"] == "returned"


def test_a_message_about_the_whole_order_shows_each_line(desk: Desk, partner: Partner) -> None:
    first = partner.report()
    second = {**first, "line_id": "2"}
    for one in (first, second):
        partner.send(one)
    desk.clock.move(timedelta(minutes=1))
    would = tried(partner, partner.later(first, "approved", line_id=""))
    assert [one["after"]["status"] for one in would["lines"]] == ["approved", "approved"]


def test_what_would_be_held_or_refused_says_why(partner: Partner) -> None:
    held = tried(partner, partner.later(partner.report(), "approved"))
    assert (held["verdict"], held["code"], held["status"]) == ("held", "unknown_order", 202)
    assert held["lines"] == []
    amount = {"amount_minor": -1, "currency": "RUB"}
    refused = tried(partner, partner.report(amount=amount))
    assert (refused["verdict"], refused["code"], refused["status"]) == (
        "refused",
        "invalid_fields",
        422,
    )
    assert refused["field"] == "amount.amount_minor"
    assert refused["said"] is None


def test_a_known_webhook_id_names_its_receipt(partner: Partner) -> None:
    report = partner.report()
    sent = partner.send(report, webhook_id="msg_known").json
    assert sent
    again = tried(partner, report, "msg_known")
    assert (again["code"], again["receipt_id"]) == ("redelivered", sent["receipt_id"])
    other = tried(partner, partner.report(), "msg_known")
    assert (other["code"], other["status"]) == ("webhook_id_reused", 409)


def test_macros_by_get_are_tried_by_their_own_format(desk: Desk, partner: Partner) -> None:
    report = {
        "token": partner.key,
        "order_id": "A-1",
        "status": "reported",
        "status_at": rfc3339(desk.clock()),
        "ordered_at": rfc3339(desk.clock()),
        "click_id": partner.click(hours=1),
        "amount": "26.09",
        "currency": "RUB",
    }
    path = f"/dry-run/{partner.partner_id}/form"
    for answer in (
        partner.client.get(path, query_string=report),
        partner.client.post(path, data=report),
    ):
        assert answer.json
        assert (answer.status_code, answer.json["verdict"]) == (200, "accepted")
        assert answer.json["lines"][0]["after"]["paid_minor"] == 2609
    assert desk.count("receipts") == 0


def test_it_asks_for_the_same_proof_as_the_real_route(desk: Desk, partner: Partner) -> None:
    other = desk.partner("home-market")
    forged = Partner(**{**vars(partner), "secret": other.secret})
    assert try_out(forged, partner.report()).status_code == 401
    path = f"/dry-run/{partner.partner_id}"
    assert partner.client.post(path, json=partner.report(), headers=CLERK).status_code == 401
    for key in ("", other.key):
        answer = partner.client.get(f"{path}/form", query_string={"token": key, "order_id": "1"})
        assert answer.status_code == 401
    assert partner.client.get(f"{path}/fax").status_code == 404
