"""A signed postback: kept whole before it is answered, and counted once for ever."""

from datetime import timedelta

import pytest

from shared.schemas import rfc3339
from tests.integration.partner_postback.partner import MEMBER, Desk, Partner


@pytest.fixture
def partner(desk: Desk) -> Partner:
    desk.store()
    return desk.partner()


def test_a_report_is_recorded_with_its_receipt_and_its_event(desk: Desk, partner: Partner) -> None:
    report = partner.report()
    answer = partner.send(report)
    assert answer.status_code == 200, answer.json
    assert answer.json is not None
    assert (answer.json["verdict"], answer.json["code"]) == ("accepted", "recorded")

    receipt = partner.read(f"/receipts/{answer.json['receipt_id']}").json
    assert receipt is not None
    assert receipt["verdict"] == "accepted"
    assert report["order_id"] in receipt["request"]["body"]

    conversion = partner.read(f"/conversions/{answer.json['conversion_id']}").json
    assert conversion is not None
    assert (conversion["status"], conversion["paid_minor"]) == ("reported", 109_900)
    (event,) = desk.events()
    assert event["aggregate_id"] == answer.json["conversion_id"]
    assert event["data"]["member_id"] == str(MEMBER)
    assert event["data"]["receipt_id"] == answer.json["receipt_id"]
    assert event["version"] == 1


def test_a_report_sent_five_times_is_accepted_once(desk: Desk, partner: Partner) -> None:
    report = partner.report()
    answers = [partner.send(report).json for _ in range(5)]
    verdicts = [answer["verdict"] for answer in answers if answer]
    assert verdicts == ["accepted", *["duplicate"] * 4]
    assert desk.count("conversions") == 1
    assert desk.count("event_log") == 1
    assert desk.count("receipts") == 5


def test_a_redelivered_webhook_id_has_one_receipt(desk: Desk, partner: Partner) -> None:
    report = partner.report()
    first, again = (partner.send(report, webhook_id="msg_1").json for _ in range(2))
    assert first
    assert again
    assert again["verdict"] == "duplicate"
    assert again["receipt_id"] == first["receipt_id"]
    assert again["conversion_id"] == first["conversion_id"]
    assert desk.count("receipts") == 1


def test_a_webhook_id_with_other_content_is_a_conflict_on_record(
    desk: Desk, partner: Partner
) -> None:
    partner.send(partner.report(), webhook_id="msg_1")
    answer = partner.send(partner.report(), webhook_id="msg_1")
    assert answer.status_code == 409
    assert answer.json
    assert answer.json["code"] == "webhook_id_reused"
    assert desk.count("receipts", "verdict = 'refused'") == 1
    assert desk.count("conversions") == 1


def test_the_story_of_an_order_is_told_by_versions_without_gaps(
    desk: Desk, partner: Partner
) -> None:
    report = partner.report()
    partner.send(report)
    steps = [
        ("approved", {}),
        ("amended", {"amount": {"amount_minor": 70_000, "currency": "RUB"}}),
        ("returned", {"amount": {"amount_minor": 20_000, "currency": "RUB"}}),
        ("returned", {"reason": "came back"}),
    ]
    for status, changes in steps:
        desk.clock.move(timedelta(minutes=1))
        assert partner.send(partner.later(report, status, **changes)).status_code == 200
    told = [
        (event["version"], event["data"]["status"], event["data"]["paid_minor"])
        for event in desk.events()
    ]
    assert told == [
        (1, "reported", 109_900),
        (2, "approved", 109_900),
        (3, "approved", 70_000),
        (4, "approved", 50_000),
        (5, "returned", 0),
    ]
    assert desk.events()[-1]["data"]["reason"] == "came back"


def test_what_changes_nothing_is_kept_and_says_nothing(desk: Desk, partner: Partner) -> None:
    report = partner.report()
    partner.send(report)
    desk.clock.move(timedelta(minutes=1))
    again = partner.send(
        partner.report(**{**report, "status_at": report["ordered_at"][:-1] + ".5Z"})
    )
    assert again.json
    assert (again.json["verdict"], again.json["code"]) == ("accepted", "unchanged")
    assert desk.count("event_log") == 1


def test_an_order_in_another_currency_keeps_the_rate_of_its_first_moment(
    desk: Desk, partner: Partner
) -> None:
    desk.rate("EUR", 98_450_000)
    report = partner.report(amount={"amount_minor": 2609, "currency": "EUR"})
    partner.send(report)
    desk.clock.move(timedelta(days=1))
    desk.rate("EUR", 50_000_000)
    partner.send(partner.later(report, "approved"))
    assert [event["data"]["rate_micro"] for event in desk.events()] == [98_450_000] * 2


def test_another_members_click_changes_nothing(desk: Desk, partner: Partner) -> None:
    report = partner.report()
    partner.send(report)
    other = partner.click(hours=2)
    answer = partner.send(partner.later(report, "approved", click_id=other))
    assert answer.json
    assert (answer.status_code, answer.json["code"]) == (202, "other_click")
    assert desk.count("event_log") == 1


def test_a_status_that_comes_late_is_told_that_a_later_one_rules(
    desk: Desk, partner: Partner
) -> None:
    report = partner.report()
    partner.send(report)
    earlier = rfc3339(desk.clock())
    desk.clock.move(timedelta(minutes=5))
    partner.send(partner.later(report, "declined"))
    answer = partner.send(partner.later(report, "approved", status_at=earlier)).json
    assert answer
    assert (answer["verdict"], answer["code"]) == ("accepted", "overruled")
    assert [event["data"]["status"] for event in desk.events()] == ["reported", "declined"]


def test_what_is_said_after_a_whole_return_is_told_that_it_was_the_end(
    desk: Desk, partner: Partner
) -> None:
    report = partner.report()
    partner.send(report)
    for status in ("returned", "approved"):
        desk.clock.move(timedelta(minutes=1))
        answer = partner.send(partner.later(report, status)).json
    assert answer
    assert (answer["verdict"], answer["code"]) == ("accepted", "overruled")
    assert "stays `returned`" in answer["detail"]


def test_two_equal_returns_of_one_moment_count_once_and_the_second_is_told_so(
    desk: Desk, partner: Partner
) -> None:
    """INVARIANT: one cause, one correction; what tells two returns apart is their `status_at`."""
    report = partner.report()
    partner.send(report)
    desk.clock.move(timedelta(minutes=1))
    part = {"amount": {"amount_minor": 30_000, "currency": "RUB"}}
    first, again = (partner.send(partner.later(report, "returned", **part)).json for _ in range(2))
    desk.clock.move(timedelta(milliseconds=1))
    second = partner.send(partner.later(report, "returned", **part)).json
    assert first
    assert again
    assert second
    assert [(one["verdict"], one["code"]) for one in (first, again, second)] == [
        ("accepted", "changed"),
        ("duplicate", "known_return"),
        ("accepted", "changed"),
    ]
    assert "another `status_at`" in again["detail"]
    assert [event["data"]["paid_minor"] for event in desk.events()] == [109_900, 79_900, 49_900]
