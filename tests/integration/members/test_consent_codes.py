"""Codes of consent: few tries, a short life, one question at a time, and not too many a number."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from tests.integration.members.conftest import Desk, new_phone
from tests.integration.members.relatives import Household, events_of, household, problem, wrong
from tests.integration.payout.world import Operator
from tests.support.clock import SteppedClock

MINUTE = timedelta(minutes=1)


@pytest.fixture
def home(opened: Callable[..., Desk], operator: Operator, clock: SteppedClock) -> Household:
    return household(opened(billing_url=operator.url), clock)


def test_wrong_codes_are_counted_and_then_no_code_counts(home: Household) -> None:
    """INVARIANT: five tries a question, whatever Redis says: a refused try is committed."""
    relative = home.asked()
    code = home.code(relative)
    for left in (4, 3, 2, 1, 0):
        answer = home.type_code(relative, wrong(code))
        assert problem(answer) == (422, "wrong_code", "code")
        assert answer.get_json()["tries_left"] == left
    assert problem(home.type_code(relative, code)) == (409, "code_over", "code")
    assert home.contacts(relative) == {}


@pytest.mark.parametrize("code", ["12345", "1234567", "12345a", "١٢٣٤٥٦", "123456\n", None, 123456])
def test_what_is_no_code_costs_no_try(home: Household, code: object) -> None:
    relative = home.asked()
    path = f"/me/relatives/{relative['relative_id']}/consent"
    answer = home.browser.post(path, json={"code": code})
    assert problem(answer) == (422, "invalid_fields", "code")
    assert home.listed()[0]["tries_left"] == 5


def test_two_consents_at_once_are_one(
    home: Household, service_engine: Callable[[str], Engine]
) -> None:
    """INVARIANT: one event a change; the second finds it done and is told so."""
    relative = home.asked()
    code = home.code(relative)
    with ThreadPoolExecutor(8) as callers:
        answers = list(callers.map(lambda _: home.type_code(relative, code), range(8)))
    assert {one.status_code for one in answers} == {200}
    assert {one.get_json()["state"] for one in answers} == {"consented"}
    assert len(events_of(service_engine("members"), relative)) == 2


def test_guesses_at_once_use_up_no_more_than_the_tries(home: Household) -> None:
    relative = home.asked()
    guess = wrong(home.code(relative))
    with ThreadPoolExecutor(8) as callers:
        answers = list(callers.map(lambda _: home.type_code(relative, guess), range(8)))
    codes = sorted(one.get_json()["code"] for one in answers)
    assert codes == ["code_over"] * 3 + ["wrong_code"] * 5


def test_another_question_has_another_code_and_new_tries(
    home: Household, clock: SteppedClock
) -> None:
    relative = home.asked()
    first = home.code(relative)
    home.type_code(relative, wrong(first))
    refused = home.ask_again(relative)
    assert problem(refused) == (429, "asked_just_now", None)
    assert refused.headers["Retry-After"] == "60"
    clock.move(MINUTE)
    assert home.ask_again(relative).get_json()["tries_left"] == 5
    assert home.question(relative, 1).status_code == 404
    assert home.type_code(relative, home.code(relative, 2)).status_code == 200
    assert problem(home.ask_again(relative)) == (409, "not_asked", None)


def test_a_code_counts_for_ten_minutes(home: Household, clock: SteppedClock) -> None:
    relative = home.asked()
    code = home.code(relative)
    clock.move(10 * MINUTE)
    assert problem(home.type_code(relative, code)) == (409, "code_over", "code")
    assert home.question(relative).status_code == 404


def test_a_number_is_asked_five_times_a_day_by_all_members_together(
    home: Household, opened: Callable[..., Desk], operator: Operator, clock: SteppedClock
) -> None:
    """INVARIANT: removing and naming again is no way round, nor is another member."""
    phone = new_phone()
    for _ in range(3):
        home.remove(home.asked(phone))
    other = household(opened(billing_url=operator.url), clock)
    relative = other.asked(phone)
    clock.move(MINUTE)
    assert other.ask_again(relative).status_code == 200
    clock.move(MINUTE)
    assert problem(other.ask_again(relative)) == (429, "too_many_questions", "phone")
    assert problem(home.name(phone)) == (429, "too_many_questions", "phone")
    clock.move(timedelta(days=1))
    assert other.ask_again(relative).status_code == 200


def test_a_member_asks_ten_times_a_day(home: Household, clock: SteppedClock) -> None:
    """INVARIANT: naming and removing strangers sends no endless SMS in our name."""
    for _ in range(10):
        home.remove(home.asked())
    assert problem(home.name()) == (429, "too_many_questions", "phone")
    clock.move(timedelta(days=1))
    assert home.name().status_code == 201
