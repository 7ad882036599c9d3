"""A clerk sees what is held and for what, and releases or refuses it: once, on record."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from services.partner_postback.domain.attribution import Hold
from services.partner_postback.holds.sentences import WAITS_FOR
from services.partner_postback.sentences import WHY_HELD
from tests.integration.partner_postback.partner import CLERK, Desk, Partner
from tests.integration.partner_postback.queue import (
    decide,
    held,
    retry,
    sum_of,
    verdict,
    waiting,
)


@pytest.fixture
def engine(fresh_engine: Callable[[str], Engine]) -> Engine:
    """A database of this test alone: the queue shows everything that is held."""
    return fresh_engine("partner_postback")


@pytest.fixture
def partner(desk: Desk) -> Partner:
    desk.store()
    return desk.partner()


def too_old(desk: Desk, partner: Partner, **changes: Any) -> dict[str, Any]:
    desk.store(days=30)
    return partner.report(click_id=partner.click(days=31), **changes)


def test_every_hold_says_what_it_waits_for_and_what_a_clerk_can_do() -> None:
    assert set(WAITS_FOR) == set(WHY_HELD) == set(Hold)


def test_the_queue_tells_order_amount_and_what_it_waits_for(desk: Desk, partner: Partner) -> None:
    report = too_old(desk, partner, amount=sum_of(700), category="books")
    receipt_id = held(partner, report, "click_too_old")
    [one] = waiting(desk)
    assert (
        one
        | {
            "receipt_id": receipt_id,
            "code": "click_too_old",
            "rule": None,
            "partner_id": partner.partner_id,
            "store_id": desk.store_id,
            "order_id": report["order_id"],
            "line_id": "1",
            "says": "reported",
            "amount": sum_of(700),
            "category": "books",
            "waived": [],
            "can_release": True,
            "what_to_do": None,
        }
        == one
    )
    assert "window" in one["detail"]
    assert "window" in one["waits_for"]


def test_the_queue_is_filtered_and_paged_the_oldest_first(desk: Desk, partner: Partner) -> None:
    other = desk.partner("home-market")
    receipts = []
    for _ in range(3):
        receipts.append(held(partner, too_old(desk, partner), "click_too_old"))
        desk.clock.move(timedelta(minutes=1))
    held(other, too_old(desk, other), "click_of_other_store")
    assert [one["receipt_id"] for one in waiting(desk, code="click_too_old")] == receipts
    assert len(waiting(desk, partner_id=other.partner_id)) == 1
    assert len(waiting(desk, store_id=desk.store_id)) == 4
    assert waiting(desk, store_id="no-such-store") == []
    seen, after = [], None
    while True:
        asked = {"limit": 2, **({"after": after} if after else {})}
        page = desk.client.get("/held", query_string=asked, headers=CLERK).json
        assert page
        seen += [one["receipt_id"] for one in page["data"]]
        after = page["next"]
        if after is None:
            break
    assert seen[:3] == receipts
    assert len(seen) == 4


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"code": "nonsense"}, "code"), ({"limit": "0"}, "limit"), ({"after": "x"}, "after")],
)
def test_a_wrong_question_names_its_field(desk: Desk, asked: dict[str, str], field: str) -> None:
    answer = desk.client.get("/held", query_string=asked, headers=CLERK)
    assert answer.json
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, field)


def test_what_is_released_is_decided_again_at_once(desk: Desk, partner: Partner) -> None:
    receipt_id = held(partner, too_old(desk, partner), "click_too_old")
    answer = decide(desk, receipt_id, "release", "the partner's delivery took long")
    assert answer.json
    assert (answer.status_code, answer.json["code"]) == (200, "recorded")
    assert answer.json["conversion_id"]
    assert verdict(partner, receipt_id) == ("accepted", "recorded")
    assert waiting(desk) == []
    [decision] = partner.read(f"/receipts/{receipt_id}").json["decisions"]  # type: ignore[index]
    del decision["decided_at"]
    assert decision == {
        "decision": "released",
        "code": "click_too_old",
        "rule": None,
        "reason": "the partner's delivery took long",
        "decided_by": "operator",
        "verdict": "accepted",
        "verdict_code": "recorded",
    }


def test_a_release_waives_one_thing_and_the_next_may_hold_it(desk: Desk, partner: Partner) -> None:
    report = too_old(desk, partner, amount=sum_of(2_000))
    desk.store(days=30, order_cap_rubles=1_000)
    receipt_id = held(partner, report, "click_too_old")
    first = decide(desk, receipt_id, "release").json
    assert first
    assert (first["verdict"], first["code"]) == ("held", "over_cap")
    [one] = waiting(desk)
    assert one["waived"] == ["click_too_old"]
    # What was waived stays waived, however often it is tried again.
    desk.clock.move(timedelta(minutes=5))
    desk.store(days=30, order_cap_rubles=1_000)
    assert retry(desk) >= 1
    assert verdict(partner, receipt_id) == ("held", "over_cap")
    second = decide(desk, receipt_id, "release").json
    assert second
    assert second["code"] == "recorded"
    decisions = partner.read(f"/receipts/{receipt_id}").json["decisions"]  # type: ignore[index]
    assert [(one["code"], one["verdict_code"]) for one in decisions] == [
        ("click_too_old", "over_cap"),
        ("over_cap", "recorded"),
    ]


def test_what_is_refused_keeps_its_reason_and_is_never_tried_again(
    desk: Desk, partner: Partner
) -> None:
    receipt_id = held(partner, too_old(desk, partner), "click_too_old")
    answer = decide(desk, receipt_id, "refuse", "the order is of another year")
    assert answer.json
    assert (answer.json["verdict"], answer.json["code"]) == ("refused", "refused_by_clerk")
    receipt = partner.read(f"/receipts/{receipt_id}").json
    assert receipt
    assert receipt["detail"] == "the order is of another year"
    assert receipt["decisions"][0]["decision"] == "refused"
    desk.clock.move(timedelta(minutes=5))
    desk.store(days=60)
    assert retry(desk) == 0
    assert desk.count("conversions") == desk.count("held") == 0


@pytest.mark.parametrize("how", ["release", "refuse"])
def test_what_is_not_held_any_more_is_a_conflict(desk: Desk, partner: Partner, how: str) -> None:
    receipt_id = held(partner, too_old(desk, partner), "click_too_old")
    assert decide(desk, receipt_id, "release").status_code == 200
    answer = decide(desk, receipt_id, how)
    assert answer.json
    assert (answer.status_code, answer.json["code"]) == (409, "not_held")
    assert "accepted, recorded" in answer.json["detail"]
    assert decide(desk, str(uuid4()), how).status_code == 404


def test_of_two_clerks_at_once_one_decides_and_the_others_are_told(
    desk: Desk, partner: Partner
) -> None:
    """INVARIANT: one decision, one conversion, one record, however many press the button."""
    receipt_id = held(partner, too_old(desk, partner), "click_too_old")
    app = desk.client.application

    def press(number: int) -> int:
        with app.test_client() as client:
            how = ("release", "refuse")[number % 2]
            body = {"clerk": f"clerk-{number}", "reason": "mine"}
            answer = client.post(f"/held/{receipt_id}/{how}", json=body, headers=CLERK)
            return int(answer.status_code)

    with ThreadPoolExecutor(8) as together:
        statuses = sorted(together.map(press, range(8)))
    assert statuses == [200] + [409] * 7
    [decision] = partner.read(f"/receipts/{receipt_id}").json["decisions"]  # type: ignore[index]
    is_released = decision["decision"] == "released"
    assert desk.count("conversions") == desk.count("event_log") == int(is_released)
    assert verdict(partner, receipt_id)[0] == ("accepted" if is_released else "refused")


def test_a_clerk_and_the_retry_at_once_decide_once(desk: Desk, partner: Partner) -> None:
    """INVARIANT: the order's lock comes before the row's, or the two would wait for each other."""
    receipts = [held(partner, too_old(desk, partner), "click_too_old") for _ in range(20)]
    desk.store(days=60)
    app = desk.client.application

    def release(receipt_id: str) -> int:
        with app.test_client() as client:
            body = {"clerk": "anna", "reason": "in time"}
            path = f"/held/{receipt_id}/release"
            return int(client.post(path, json=body, headers=CLERK).status_code)

    with ThreadPoolExecutor(5) as together:
        tried = together.submit(retry, desk)
        statuses = set(together.map(release, receipts))
        tried.result()
    assert statuses <= {200, 409}
    assert desk.count("conversions") == desk.count("event_log") == 20
    assert desk.count("held") == 0
