"""What the 1st will do, in sentences."""

from typing import Any

import pytest

from services.account.telling.payouts import Numbers, numbers, of_goal, on_the_first

OWN = numbers("+79261234567", [])
PHONE = {"kind": "top_up", "relative_id": None, "target": None, "amount": 0, "waits": None}


def coming(*goals: dict[str, Any], carried: int = 0, why: str = "") -> dict[str, Any]:
    return {
        "goals": goals,
        "carried_over": carried,
        "reasons": [why] if why else [],
        "cutoff_at": "2026-11-30T21:00:00Z",
    }


def read(sentences: list[str]) -> list[str]:
    return [one.replace("\N{NO-BREAK SPACE}", " ") for one in sentences]


def test_a_top_up_names_the_day_the_sum_and_the_number() -> None:
    said = on_the_first(coming(PHONE | {"amount": 450}), OWN)
    assert read(said) == ["On 1 December, 450 ₽ will top up +7 ··· 45-67."]


def test_what_is_left_is_told_with_its_reason() -> None:
    said = on_the_first(coming(PHONE | {"amount": 200}, carried=91, why="monthly_limit"), OWN)
    assert read(said)[1] == "91 ₽ stays for the month after: your goals have a monthly limit."


@pytest.mark.parametrize(
    ("why", "carried", "part"),
    [
        ("nothing", 0, "nothing to pay out yet"),
        ("debt", 0, "your next points repay it first"),
        ("under_minimum", 7, "7 ₽ is too little for a payment"),
        ("saving", 300, "300 ₽ stays in your piggy bank"),
        ("paused", 50, "Your goals are paused: 50 ₽"),
        ("no_goal", 50, "no goal asks for it"),
        ("a reason of tomorrow", 50, "50 ₽ stays with you"),
        ("", 0, "nothing to pay out yet"),
    ],
)
def test_when_nothing_is_paid_it_says_why(why: str, carried: int, part: str) -> None:
    [said] = read(on_the_first(coming(PHONE, carried=carried, why=why), OWN))
    assert part in said


def test_a_relative_is_named_and_his_number_masked() -> None:
    relative = {"relative_id": "r", "label": "Mum", "phone": "+380501234567"}
    named = PHONE | {"relative_id": "r"}
    assert (
        numbers("", [relative]).of(named) == "Mum, +380\N{NO-BREAK SPACE}···\N{NO-BREAK SPACE}45-67"
    )
    assert numbers("", [relative | {"phone": None}]).of(named) == "Mum"
    assert Numbers().of(named) == "a relative's phone"


def test_a_goal_says_what_it_gets_or_what_is_missing() -> None:
    saving = PHONE | {"kind": "certificate", "waits": "saving", "missing": 250}
    assert read([of_goal(saving, coming())]) == ["250 ₽ more to go"]
    assert read([of_goal(PHONE | {"amount": 80}, coming())]) == ["80 ₽ on 1 December"]
    assert of_goal(PHONE | {"waits": "no_consent"}, coming()).startswith("Waits: the owner")


def test_points_of_a_run_under_way_are_told_and_not_called_nothing() -> None:
    """A planned run has counted them: beside "615 available" stands where they are."""
    planned = coming(PHONE, why="nothing") | {"accrued": 0, "debt": 0}
    [said] = read(on_the_first(planned, OWN, available=615))
    assert said.startswith("615 ₽ is not counted here")
    later = coming(PHONE | {"amount": 40}) | {"accrued": 40, "debt": 0}
    said, then = read(on_the_first(later, OWN, available=655))
    assert said.startswith("615 ₽")
    assert then == "On 1 December, 40 ₽ will top up +7 ··· 45-67."
