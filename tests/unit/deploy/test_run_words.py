"""What a clerk reads of a run: how far it is, what a slip of a month would do, what is released."""

from datetime import UTC, datetime
from typing import Any

import click
import pytest

from deploy.cli.payout.acts import see_that_it_can_be_released
from deploy.cli.payout.review import print_review
from deploy.cli.payout.run import question
from deploy.cli.payout.telling import count, show

# In Moscow the month has begun already.
NOW = datetime(2026, 11, 30, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("planning", "planning, 3 payouts so far"),
        ("planned", "3 payouts planned"),
        ("released", "1/3"),
        ("finished", "1/3"),
    ],
)
def test_a_run_says_how_far_it_is(state: str, says: str) -> None:
    assert count({"state": state, "progress": {"ended": 1, "payouts": 3}}) == says


def test_the_month_of_a_slip_is_asked_about_and_an_ordinary_one_is_not() -> None:
    assert question("2026-12", NOW) is None
    assert question("2027-01", NOW) is None
    assert "2027-12 is 12 months away" in str(question("2027-12", NOW))


@pytest.mark.parametrize(
    ("state", "clerk", "says"),
    [("finished", "boris", "2026-12 is finished"), ("planned", "anna", "anna began this run")],
)
def test_what_cannot_be_released_is_refused_before_it_is_read(
    state: str, clerk: str, says: str
) -> None:
    shown = {"month": "2026-12", "state": state, "begun_by": "anna"}
    with pytest.raises(click.ClickException, match=says):
        see_that_it_can_be_released(shown, clerk)
    see_that_it_can_be_released(shown | {"state": "planned"}, "maria")


@pytest.mark.parametrize(("state", "title"), [("planned", "To be"), ("finished", "As it was")])
def test_a_review_names_what_it_shows(
    capsys: pytest.CaptureFixture[str], state: str, title: str
) -> None:
    print_review(_review(state, None))
    alone = capsys.readouterr().out
    assert (title in alone, "more or less" in alone) == (True, False)
    print_review(_review(state, "2026-11"))
    beside = capsys.readouterr().out
    assert ("points, 2026-11" in beside, "-5" in beside) == (True, True)


def test_a_cancelled_run_says_that_its_month_is_over(capsys: pytest.CaptureFixture[str]) -> None:
    acts = [{"act": "cancel", "clerk": "boris", "reason": "a slip"}]
    show(
        {
            "month": "2026-12",
            "state": "cancelled",
            "cutoff_at": "2026-11-30T21:00:00Z",
            "totals": {},
            "skipped": {},
            "progress": {"ended": 3, "payouts": 3, "cancelled": 3},
            "begun_by": "anna",
            "released_at": None,
            "acts": acts,
            "bonuses_parked": 0,
        }
    )
    told = " ".join(capsys.readouterr().out.replace("│", " ").split())
    for fact in ("2026-12-01 00:00 in Moscow", "cancelled by boris: a slip", "a month is run once"):
        assert fact in told


def _review(state: str, before: str | None) -> dict[str, Any]:
    line = {
        "kind": "top_up",
        "now": {"payouts": 1, "points": 5},
        "before": {"payouts": 2, "points": 10},
        "difference": {"points": -5},
    }
    return {
        "month": "2026-12",
        "state": state,
        "begun_by": "anna",
        "payouts": 1,
        "points": 5,
        "plan_hash": "5c1f",
        "month_before": before,
        "lines": [line],
        "outliers": [],
        "outliers_are": "above 10 medians",
    }
