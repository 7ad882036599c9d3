"""A partner lists its conversions with what was said of each, page by page."""

import base64
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from shared.schemas import rfc3339
from tests.integration.partner_postback.partner import CLERK, Desk, Partner


@pytest.fixture
def partner(desk: Desk) -> Partner:
    desk.store()
    return desk.partner()


def listed(partner: Partner, **asked: Any) -> list[dict[str, Any]]:
    answer = partner.read("/conversions", **asked)
    assert answer.status_code == 200, answer.json
    assert answer.json
    return list(answer.json["data"])


def test_a_line_is_listed_with_all_that_was_said_of_it(desk: Desk, partner: Partner) -> None:
    report = partner.report()
    sent = partner.send(report).json
    desk.clock.move(timedelta(minutes=1))
    approval = partner.send(partner.later(report, "approved", line_id="")).json
    assert sent
    assert approval
    [line] = listed(partner, order_id=report["order_id"])
    assert (line["status"], line["version"]) == ("approved", 2)
    assert line == partner.read(f"/conversions/{sent['conversion_id']}").json
    assert [one["receipt_id"] for one in line["messages"]] == [
        sent["receipt_id"],
        approval["receipt_id"],
    ]
    assert [one["said"]["says"] for one in line["messages"]] == ["reported", "approved"]
    assert {one["source"] for one in line["messages"]} == {"push"}
    assert "member_id" not in line


def test_evidence_names_each_message_by_the_hash_of_its_raw_bytes(
    desk: Desk, partner: Partner
) -> None:
    report = partner.report()
    sent = partner.send(report).json
    desk.clock.move(timedelta(minutes=1))
    approval = partner.send(partner.later(report, "approved", line_id="")).json
    assert sent
    assert approval
    path = f"/conversions/{sent['conversion_id']}/evidence"
    evidence = partner.read(path).json
    assert evidence
    assert (evidence["order_id"], len(evidence["click_id"])) == (report["order_id"], 64)
    both = [one["receipt_id"] for one in (sent, approval)]
    assert [one["receipt_id"] for one in evidence["receipts"]] == both
    for receipt in evidence["receipts"]:
        whole = partner.read(f"/receipts/{receipt['receipt_id']}").json
        assert whole
        body = base64.b64decode(whole["request"]["body_base64"])
        assert receipt["raw"] == {
            "method": "POST",
            "query_sha256": sha256(b"").hexdigest(),
            "body_sha256": sha256(body).hexdigest(),
            "body_bytes": len(body),
        }
        assert (receipt["format"], receipt["verdict"]) == (whole["format"], "accepted")


def test_pages_pass_over_nothing_though_conversions_change_meanwhile(
    desk: Desk, partner: Partner
) -> None:
    """INVARIANT: a line that changes between two pages comes again, and pushes no other out."""
    reports = [partner.report(order_id=f"A-{number}") for number in range(7)]
    for report in reports:
        desk.clock.move(timedelta(seconds=1))
        partner.send(report)
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = partner.read("/conversions", limit=2, **after).json
        assert page
        seen += [one["order_id"] for one in page["data"]]
        if len(seen) == 2:
            desk.clock.move(timedelta(seconds=1))
            partner.send(partner.later(reports[1], "approved"))
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert seen == [*(f"A-{number}" for number in range(7)), "A-1"]


def test_lines_are_found_by_order_status_and_change(desk: Desk, partner: Partner) -> None:
    report, other = partner.report(), partner.report()
    partner.send(report)
    partner.send(other)
    desk.clock.move(timedelta(hours=1))
    since = rfc3339(desk.clock())
    partner.send(partner.later(other, "declined"))
    for asked in (
        {"order_id": other["order_id"]},
        {"status": "declined"},
        {"changed_since": since},
    ):
        assert [one["order_id"] for one in listed(partner, **asked)] == [other["order_id"]]
    assert listed(partner, status="returned") == []


def test_a_partner_lists_its_own_alone(desk: Desk, partner: Partner) -> None:
    other = desk.partner("home-market")
    partner.send(partner.report())
    assert listed(other) == []
    asked = other.read("/conversions", partner_id=partner.partner_id)
    assert asked.json
    assert (asked.status_code, asked.json["code"]) == (404, "unknown_partner")
    of_clerk = {"partner_id": partner.partner_id}
    found = desk.client.get("/conversions", query_string=of_clerk, headers=CLERK).json
    assert found
    assert len(found["data"]) == 1


def test_a_clerk_names_whose_conversions(desk: Desk) -> None:
    answer = desk.client.get("/conversions", headers=CLERK)
    assert answer.status_code == 422
    assert answer.json
    assert answer.json["errors"][0]["field"] == "partner_id"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"limit": 101}, "limit"),
        ({"after": "x"}, "after"),
        ({"after": "MjAyNg=="}, "after"),
        ({"after": "/w=="}, "after"),
        ({"status": "paid"}, "status"),
        ({"changed_since": "yesterday"}, "changed_since"),
        ({"surprise": "1"}, "surprise"),
    ],
)
def test_a_wrong_question_names_its_field(
    partner: Partner, asked: dict[str, object], field: str
) -> None:
    answer = partner.read("/conversions", **asked)
    assert answer.status_code == 422
    assert answer.json
    assert answer.json["errors"][0]["field"] == field


def test_receipts_show_what_was_read_and_are_found_by_order(desk: Desk, partner: Partner) -> None:
    report = partner.report()
    sent = partner.send(report).json
    partner.send(partner.report())
    held = partner.send(partner.later(report, "approved", line_id="2")).json
    assert sent
    assert held
    asked = partner.read("/receipts", order_id=report["order_id"]).json
    assert asked
    assert {one["receipt_id"] for one in asked["data"]} == {sent["receipt_id"], held["receipt_id"]}
    by_conversion = partner.read("/receipts", conversion_id=sent["conversion_id"]).json
    assert by_conversion
    [one] = by_conversion["data"]
    assert one["said"]["amount"] == report["amount"]
    assert (one["source"], one["format_version"], one["rule"]) == ("push", "", None)
    by_clerk = {"order_id": report["order_id"]}
    found = desk.client.get("/receipts", query_string=by_clerk, headers=CLERK).json
    assert found
    assert len(found["data"]) == 2
