"""What cannot be used yet is held with its reason, and used by itself once the reason is gone."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import structlog
from sqlalchemy import Engine

from services.partner_postback.click_id import ClickIds
from services.partner_postback.partners import Directory
from services.partner_postback.work.held import HeldRetry
from shared.jobs import Job, keep_doing
from shared.pulse import Pulse
from shared.schemas import rfc3339
from tests.integration.partner_postback.partner import CLERK, CLICK_KEY, Desk, Partner
from tests.support.waiting import eventually


@pytest.fixture
def engine(fresh_engine: Callable[[str], Engine]) -> Engine:
    """A database of this test alone: a retry takes everything that is held."""
    return fresh_engine("partner_postback")


@pytest.fixture
def partner(desk: Desk) -> Partner:
    return desk.partner()


def retry(desk: Desk, *, after_restart: bool = False) -> int:
    desk.clock.move(timedelta(seconds=1))
    started_at = desk.clock() if after_restart else desk.clock() - timedelta(days=1)
    return held_retry(desk, started_at).retry_once()


def held_retry(desk: Desk, started_at: datetime) -> HeldRetry:
    return HeldRetry(
        desk.engine, Directory(desk.engine), ClickIds([CLICK_KEY]), desk.clock, started_at
    )


def held(partner: Partner, body: dict[str, Any], code: str) -> str:
    answer = partner.send(body)
    assert answer.json
    assert (answer.status_code, answer.json["verdict"]) == (202, "held"), answer.json
    assert answer.json["code"] == code
    assert answer.json["conversion_id"] is None
    return str(answer.json["receipt_id"])


def verdict(partner: Partner, receipt_id: str) -> tuple[str, str]:
    receipt = partner.read(f"/receipts/{receipt_id}").json
    assert receipt
    return receipt["verdict"], receipt["code"]


def test_an_order_of_an_unknown_store_waits_for_the_store(desk: Desk, partner: Partner) -> None:
    receipt_id = held(partner, partner.report(), "unknown_store")
    assert retry(desk) == 0
    desk.store()
    assert retry(desk) == 1
    assert verdict(partner, receipt_id) == ("accepted", "recorded")
    assert desk.events()[0]["data"]["receipt_id"] == receipt_id
    assert desk.count("held") == 0


def test_an_approval_before_its_report_waits_for_the_report(desk: Desk, partner: Partner) -> None:
    desk.store()
    report = partner.report()
    receipt_id = held(partner, partner.later(report, "approved"), "unknown_order")
    assert retry(desk) == 0
    partner.send(report)
    assert retry(desk) == 1
    assert verdict(partner, receipt_id) == ("accepted", "changed")
    assert [event["data"]["status"] for event in desk.events()] == ["reported", "approved"]


def test_a_complete_approval_before_its_report_needs_no_report(
    desk: Desk, partner: Partner
) -> None:
    desk.store()
    report = partner.report()
    approved = {**report, "status": "approved", "status_at": rfc3339(desk.clock())}
    assert partner.send(approved).status_code == 200
    assert partner.send(report).json
    assert [event["data"]["status"] for event in desk.events()] == ["approved"]


def test_an_order_in_a_currency_without_rate_waits_for_the_rate(
    desk: Desk, partner: Partner
) -> None:
    desk.store()
    amount = {"amount_minor": 2609, "currency": "EUR"}
    receipt_id = held(partner, partner.report(amount=amount), "no_rate")
    assert retry(desk) == 0
    assert desk.rate("EUR", 98_450_000).status_code == 200
    assert retry(desk) == 1
    assert verdict(partner, receipt_id) == ("accepted", "recorded")
    assert desk.events()[0]["data"]["rate_micro"] == 98_450_000


def test_a_click_of_another_partners_store_waits_for_the_clerk(
    desk: Desk, partner: Partner
) -> None:
    desk.store("home-market")
    receipt_id = held(partner, partner.report(), "click_of_other_store")
    profile = {"name": "Global Mall", "stores": [desk.store_id]}
    desk.clock.move(timedelta(minutes=5))
    answer = desk.client.put(f"/partners/{partner.partner_id}", json=profile, headers=CLERK)
    assert answer.status_code == 200
    assert retry(desk) == 1
    assert verdict(partner, receipt_id) == ("accepted", "recorded")


def test_an_order_long_after_its_click_waits_for_a_longer_window(
    desk: Desk, partner: Partner
) -> None:
    desk.store(days=30)
    click = partner.click(days=31)
    receipt_id = held(partner, partner.report(click_id=click), "click_too_old")
    desk.clock.move(timedelta(minutes=5))
    retry(desk)
    assert verdict(partner, receipt_id) == ("held", "click_too_old")
    desk.clock.move(timedelta(minutes=5))
    assert retry(desk) == 0
    desk.store(days=60)
    assert retry(desk) == 1
    assert verdict(partner, receipt_id) == ("accepted", "recorded")


def test_an_order_placed_before_its_click_waits_for_the_clerk(desk: Desk, partner: Partner) -> None:
    """INVARIANT: who buys first and clicks afterwards earns nothing, whatever changes later."""
    desk.store()
    report = partner.report(click_id=partner.click(minutes=1))
    report["ordered_at"] = report["status_at"] = rfc3339(desk.clock() - timedelta(minutes=10))
    receipt_id = held(partner, report, "order_before_click")
    detail = partner.read(f"/receipts/{receipt_id}").json
    assert detail
    assert "before its click" in detail["detail"]
    desk.clock.move(timedelta(minutes=5))
    desk.store(days=60)
    assert retry(desk, after_restart=True) == 0
    assert verdict(partner, receipt_id) == ("held", "order_before_click")
    assert desk.count("held") == 1
    assert desk.count("conversions") == desk.count("event_log") == 0


def test_a_partners_clock_may_be_a_little_behind_ours(desk: Desk, partner: Partner) -> None:
    desk.store()
    report = partner.report(click_id=partner.click(minutes=0))
    report["ordered_at"] = report["status_at"] = rfc3339(desk.clock() - timedelta(minutes=4))
    assert partner.send(report).status_code == 200


@pytest.mark.parametrize("damage", [lambda one: one[:-1], lambda one: "A" + one[1:], lambda _: "x"])
def test_a_cut_or_changed_click_is_held_and_tried_once_a_start(
    desk: Desk, partner: Partner, damage: Any
) -> None:
    desk.store()
    click = partner.click(hours=1)
    report = partner.report(click_id=damage(click) if damage(click) != click else "x")
    receipt_id = held(partner, report, "unknown_click")
    assert retry(desk) == 0
    assert retry(desk, after_restart=True) == 1
    assert verdict(partner, receipt_id) == ("held", "unknown_click")
    assert desk.count("held") == 1


def test_a_held_message_sent_again_is_counted_once(desk: Desk, partner: Partner) -> None:
    report = partner.report()
    receipts = [held(partner, report, "unknown_store") for _ in range(3)]
    desk.store()
    retry(desk)
    assert sorted(verdict(partner, one)[0] for one in receipts) == [
        "accepted",
        "duplicate",
        "duplicate",
    ]
    assert desk.count("conversions") == desk.count("event_log") == 1


def test_many_that_wait_for_one_store_come_in_one_batch(desk: Desk, partner: Partner) -> None:
    for _ in range(30):
        held(partner, partner.report(), "unknown_store")
    desk.store()
    assert retry(desk) == 30
    assert desk.count("conversions") == 30
    assert desk.count("held") == 0


def test_one_that_cannot_be_kept_does_not_keep_the_others_waiting(
    desk: Desk, partner: Partner
) -> None:
    """INVARIANT: a batch of retries that fails is tried one by one, and the culprit put off."""
    for order_id in ("B-1", "poison", "B-2"):
        held(partner, partner.report(order_id=order_id), "unknown_store")
    with desk.engine.begin() as connection:
        connection.exec_driver_sql(
            "ALTER TABLE conversions ADD CONSTRAINT no_poison CHECK (order_id <> 'poison')"
        )
    desk.store()
    assert retry(desk) == 3
    assert desk.count("conversions") == 2
    assert retry(desk) == 0
    desk.clock.move(timedelta(minutes=11))
    assert retry(desk) == 1


@pytest.mark.parametrize("condition", ["unique_violation", "deadlock_detected"])
def test_who_was_overtaken_says_so_and_tries_again(
    desk: Desk, partner: Partner, condition: str
) -> None:
    """A race is no absent server, though psycopg counts a deadlock among its faults."""
    receipt_id = held(partner, partner.report(), "unknown_store")
    desk.store()
    with desk.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE {condition}; END $$; CREATE TRIGGER lose BEFORE INSERT "
            "ON conversions FOR EACH ROW EXECUTE FUNCTION lose()"
        )
    stop = threading.Event()
    job = Job("held", held_retry(desk, desk.clock()).work, idle_seconds=0.05)
    with structlog.testing.capture_logs() as logs:
        thread = threading.Thread(target=keep_doing, args=([job], stop, Pulse()))
        thread.start()
        try:
            eventually(lambda: logs)
            with desk.engine.begin() as connection:
                connection.exec_driver_sql("DROP TRIGGER lose ON conversions")
            eventually(lambda: verdict(partner, receipt_id) == ("accepted", "recorded"))
        finally:
            stop.set()
            thread.join()
    events = [one["event"] for one in logs]
    assert events[0] == "held.raced"
    assert "held.server_away" not in events
