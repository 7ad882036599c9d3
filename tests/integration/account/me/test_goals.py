"""Goals are changed by the list as it stands; a relative agrees by a code."""

import re
from typing import Any

from tests.integration.account.me.conftest import Reader
from tests.integration.account.me.neighbours import (
    GOAL,
    OTHER_GOAL,
    RELATIVE,
    Neighbours,
    coming,
    goal,
)


def two(neighbours: Neighbours) -> None:
    """Let the member have two goals: his phone, then a smartphone."""
    goals = [goal(amount=200, monthly_limit=200), goal(goal_id=OTHER_GOAL, kind="certificate")]
    shown = [goals[0], goals[1] | {"waits": "saving", "minimum": 500, "saved": 250, "missing": 250}]
    neighbours.answers["GET /me/goals"] = {"goals": goals, "closes_at": "2026-11-30T21:00:00Z"}
    neighbours.answers["GET /me/next-payout"] = coming(shown, carried_over=250, reasons=["saving"])


def put(neighbours: Neighbours) -> list[list[Any]]:
    return [body["goals"] for body in neighbours.asked("PUT /me/goals")]


def test_goals_are_listed_with_their_progress(reader: Reader, neighbours: Neighbours) -> None:
    two(neighbours)
    said = reader.opens("/me/goals")
    assert "+7 ··· 45-67 200 ₽ on 1 December · at most 200 ₽ a month" in said
    assert "250 ₽ more to go 250 ₽ of 500 ₽" in said
    assert "Changes made before 1 December 2026, 00:00 (Moscow time) count" in said


def test_a_goal_moves_and_keeps_all_else(reader: Reader, neighbours: Neighbours) -> None:
    two(neighbours)
    reader.opens("/me/goals")
    assert re.findall(r'name="place" value="(\d)"', reader.page.text) == ["0", "1"]
    reader.sends(f"/me/goals/{OTHER_GOAL}/move", way="up", place="1")
    [[first, second]] = put(neighbours)
    assert (first["goal_id"], second["goal_id"]) == (OTHER_GOAL, GOAL)
    assert second["monthly_limit"] == 200


def test_a_second_click_moves_a_goal_no_second_time(reader: Reader, neighbours: Neighbours) -> None:
    """INVARIANT: what would break it: a move of whatever stands there by now."""
    two(neighbours)
    reader.opens("/me/goals")
    reader.sends(f"/me/goals/{GOAL}/move", way="down", place="1")
    assert reader.page.status_code == 200
    assert put(neighbours) == []


def test_the_only_goal_stays_and_its_page_says_why(reader: Reader, neighbours: Neighbours) -> None:
    """Bug: who removed his only goal was told that he can have ten at most."""
    said = reader.opens(f"/me/goals/{GOAL}")
    assert "This is your only goal." in said
    assert "Remove the goal" not in said
    assert "This is your only goal." in reader.sends(f"/me/goals/{GOAL}/remove")
    assert put(neighbours) == []


def test_a_second_click_adds_no_second_goal(reader: Reader, neighbours: Neighbours) -> None:
    reader.opens("/me/goals/new")
    assert "The goal is on your list." in reader.sends("/me/goals/new", what="own")
    assert put(neighbours) == []


def test_a_goal_removed_in_another_tab_is_no_fault(reader: Reader, neighbours: Neighbours) -> None:
    reader.opens("/me/goals")
    assert "off your list" in reader.sends(f"/me/goals/{OTHER_GOAL}/remove")
    assert put(neighbours) == []


def test_a_limit_that_is_none_is_shown_again(reader: Reader, neighbours: Neighbours) -> None:
    reader.opens(f"/me/goals/{GOAL}")
    said = reader.sends(f"/me/goals/{GOAL}", sum="lots")
    assert reader.page.status_code == 422
    assert "Give a sum in whole rubles, such as 500." in said
    assert 'value="lots"' in reader.page.text
    assert put(neighbours) == []


def test_a_limit_is_set_and_taken_away(reader: Reader, neighbours: Neighbours) -> None:
    reader.opens(f"/me/goals/{GOAL}")
    reader.sends(f"/me/goals/{GOAL}", sum="1 000")
    reader.opens(f"/me/goals/{GOAL}")
    reader.sends(f"/me/goals/{GOAL}", sum="")
    assert [goals[0]["monthly_limit"] for goals in put(neighbours)] == [1000, None]


def asked(neighbours: Neighbours) -> str:
    """Let the member have asked a relative; answers the path of the page."""
    relative = {"relative_id": RELATIVE, "label": "Mum", "phone": "+79217654321", "tries_left": 5}
    relative |= {"state": "asked", "ends_at": "2036-01-01T00:00:00Z"}
    neighbours.answers["GET /me/relatives"] = {"data": [relative]}
    return f"/me/goals/relatives/{RELATIVE}"


def test_a_relative_who_agrees_becomes_a_goal(reader: Reader, neighbours: Neighbours) -> None:
    path = asked(neighbours)
    neighbours.answers[f"POST /me/relatives/{RELATIVE}/consent"] = {"state": "consented"}
    reader.opens(path)
    reader.sends(path, code="123 456")
    assert neighbours.asked(f"POST /me/relatives/{RELATIVE}/consent") == [{"code": "123456"}]
    assert put(neighbours)[0][-1]["relative_id"] == RELATIVE


def test_a_consent_that_is_still_on_its_way_is_told(reader: Reader, neighbours: Neighbours) -> None:
    path = asked(neighbours)
    neighbours.answers[f"POST /me/relatives/{RELATIVE}/consent"] = {"state": "consented"}
    neighbours.refuse("PUT /me/goals", 422, "unknown_relative")
    reader.opens(path)
    assert "In a minute the number can be added" in reader.sends(path, code="123456")


def test_a_wrong_code_is_told_beside_the_field(reader: Reader, neighbours: Neighbours) -> None:
    path = asked(neighbours)
    neighbours.refuse(f"POST /me/relatives/{RELATIVE}/consent", 422, "wrong_code")
    reader.opens(path)
    said = reader.sends(path, code="987123")
    assert reader.page.status_code == 422
    assert said.count("This is not the code in the SMS.") == 2
    assert "987123" not in reader.page.text
