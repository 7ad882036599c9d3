"""The timeline: parts of several services as one list, the newest first."""

from typing import Any

from services.console.finding.timeline import kinds_of, timeline
from services.console.neighbours import Missing

BONUS: dict[str, Any] = {
    "bonus_id": "b",
    "conversion_id": "c",
    "store_name": "AliExpress",
    "source": "purchase",
    "status": "written_off",
    "status_told": {"code": "spent", "in_words": "Spent."},
    "reason": None,
    "expected": None,
    "amount": 600,
    "opened_at": "2026-11-01T10:00:00Z",
    "accrued_at": "2026-11-20T10:00:00Z",
    "rejected_at": None,
}
CLICK: dict[str, Any] = {
    "click_id": "k",
    "store_id": "aliexpress",
    "store_name": None,
    "clicked_at": "2026-10-31T10:00:00Z",
    "repeat": True,
}


def test_what_happened_later_stands_above() -> None:
    lines = timeline({"clicks": {"data": [CLICK]}, "bonuses": {"data": [BONUS]}})
    assert [(one.kind, one.state) for one in lines] == [
        ("bonus", "accrued"),
        ("bonus", "pending"),
        ("click", "repeat"),
    ]
    assert kinds_of(lines) == ["click", "bonus"]


def test_points_count_where_they_were_accrued_and_not_twice() -> None:
    lines = timeline({"bonuses": {"data": [BONUS]}})
    assert [one.points for one in lines] == [600, None]


def test_how_a_bonus_stands_is_told_on_its_last_line_alone() -> None:
    """Beside "pending" stood "paid out": what is true now was read as of then."""
    lines = timeline({"bonuses": {"data": [BONUS]}})
    assert [(one.state, one.detail) for one in lines] == [("accrued", "Spent."), ("pending", "")]


def test_a_pending_bonus_says_when_it_is_expected() -> None:
    when = {"at": "2026-12-01T10:00:00Z", "by": "2026-12-01T10:00:00Z", "basis": "promise"}
    waits = BONUS | {"status": "pending", "accrued_at": None, "expected": when | {"in_words": ""}}
    [line] = timeline({"bonuses": {"data": [waits]}})
    assert line.detail == "Spent. Expected by 1 December 2026, as the store promises."


def test_a_report_says_what_it_did() -> None:
    """Every accepted report said "push": the approval looked like the purchase itself."""
    receipt = {
        "receipt_id": "r",
        "partner_id": "p",
        "order_id": "o",
        "received_at": "2026-11-02T10:00:00Z",
        "verdict": "accepted",
        "code": "changed",
        "detail": "The conversion has changed.",
        "source": "push",
    }
    [line] = timeline({"journeys": {"conversions": [], "receipts": [receipt]}})
    assert (line.state, line.detail) == ("accepted", "The conversion has changed.")


def test_of_two_steps_of_one_moment_the_later_stands_above() -> None:
    """A gift is opened and accrued at once: "pending" on top said that it still waits."""
    at_once = BONUS | {"accrued_at": BONUS["opened_at"]}
    lines = timeline({"bonuses": {"data": [at_once]}})
    assert [one.state for one in lines] == ["accrued", "pending"]


def test_a_silent_part_leaves_the_rest() -> None:
    parts = {"clicks": {"data": [CLICK]}, "bonuses": Missing("bonus_status"), "payouts": None}
    assert [one.title for one in timeline(parts)] == ["aliexpress"]
