"""How the list of goals changes."""

import pytest

from services.account.telling import wishes

A, B, C = ({"goal_id": one, "kind": "certificate", "target": None} for one in "abc")


def ids(goals: list[wishes.Goal]) -> str:
    return "".join(goal["goal_id"] for goal in goals)


@pytest.mark.parametrize(
    ("goal_id", "by", "after"),
    [("c", -1, "acb"), ("a", 1, "bac"), ("a", -1, "abc"), ("c", 1, "abc"), ("b", -1, "bac")],
)
def test_a_goal_moves_one_place_and_none_is_lost(goal_id: str, by: int, after: str) -> None:
    place = "abc".index(goal_id)
    assert ids(wishes.moved([A, B, C], goal_id, place, by)) == after


@pytest.mark.parametrize("place", [1, 2, 3])
def test_a_goal_that_stands_elsewhere_by_now_stays_there(place: int) -> None:
    assert ids(wishes.moved([A, B, C], "a", place, 1)) == "abc"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("500", 500),
        ("1 000 ₽", 1000),
        ("1\N{NO-BREAK SPACE}000", 1000),
        ("", None),
        ("12.5", None),
        ("-5", None),
        ("٣", None),
        ("1" * 30, None),
    ],
)
def test_whole_rubles_are_read_as_people_write_them(typed: str, read: int | None) -> None:
    assert wishes.whole(typed) == read
