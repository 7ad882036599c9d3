"""A member orders a certificate himself: once for each key, from the list, of points he has."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from services.payout.states import State
from shared.months import month_at
from tests.integration.payout.callers import assert_problem
from tests.integration.payout.given import hear_bonus, hear_member, plan_all, said
from tests.integration.payout.salons import Salons

ORDERS = "/me/certificates"


def order(
    salons: Salons, member_id: UUID, denomination: Any = 500, key: object = None
) -> TestResponse:
    headers = {"Idempotency-Key": str(key or uuid4())}
    browser = salons.member(member_id)
    return browser.post(ORDERS, json={"denomination": denomination}, headers=headers)


def shown(salons: Salons, member_id: UUID, ordered: TestResponse) -> dict[str, Any]:
    path = f"{ORDERS}/orders/{ordered.get_json()['payout_id']}"
    return dict(salons.member(member_id).get(path).get_json())


def test_an_order_asks_for_its_points_and_becomes_a_certificate(salons: Salons) -> None:
    world = salons.world
    member_id = world.member(points=734)
    ordered = order(salons, member_id)
    assert ordered.status_code == 202, ordered.text
    told = ordered.get_json()
    assert (told["state"], told["certificate_id"]) == ("requested", None)
    [payout] = world.payouts_of(member_id)
    assert (payout.run_month, payout.goal_id, payout.minimum) == (None, None, 500)
    world.hear("reserved", payout)
    assert (world.issue(), world.issue()) == (1, 0)
    world.hear("written_off", payout)
    done = shown(salons, member_id, ordered)
    assert (done["state"], done["denomination"]) == ("settled", 500)
    [mine] = salons.member(member_id).get(ORDERS).get_json()["data"]
    assert mine["certificate_id"] == done["certificate_id"]
    assert said(world.engine, payout.payout_id) == [
        ("payout.requested", 1),
        ("payout.completed", 2),
    ]


def test_its_events_name_the_month_of_the_order(salons: Salons) -> None:
    """What would break it: a null where every reader of the contract expects a month."""
    world = salons.world
    member_id = world.member(points=500)
    order(salons, member_id)
    asked = text("SELECT message::jsonb -> 'data' ->> 'run_month' FROM event_log WHERE key = :key")
    with world.engine.connect() as connection:
        months = connection.scalars(asked, {"key": str(member_id)}).all()
    assert months == [str(month_at(world.clock()))]


def test_the_same_order_again_is_answered_the_same_and_another_is_refused(salons: Salons) -> None:
    """INVARIANT: what would break it: an answer lost on its way, and the points are taken twice."""
    member_id, key = salons.world.member(points=1000), uuid4()
    first = order(salons, member_id, 500, key)
    assert order(salons, member_id, 500, key).get_json() == first.get_json()
    assert_problem(order(salons, member_id, 250, key), 409, "key_reused", "Idempotency-Key")
    stranger = salons.world.member(points=500)
    assert order(salons, stranger, 500, key).get_json() != first.get_json()
    assert len(salons.world.payouts_of(member_id)) == 1


def test_the_same_key_in_the_same_moment_orders_once(salons: Salons) -> None:
    """INVARIANT: what would break it: a look for the key, and only then the order."""
    member_id, key = salons.world.member(points=5000), uuid4()
    with ThreadPoolExecutor(6) as together:
        answers = list(together.map(lambda _: order(salons, member_id, 500, key), range(6)))
    assert {one.status_code for one in answers} == {202}
    assert len(salons.world.payouts_of(member_id)) == 1


def test_two_orders_in_the_same_moment_do_not_share_points(salons: Salons) -> None:
    member_id = salons.world.member(points=700)
    with ThreadPoolExecutor(4) as together:
        answers = list(together.map(lambda _: order(salons, member_id), range(4)))
    assert sorted(one.status_code for one in answers) == [202, 409, 409, 409]
    assert_problem(order(salons, member_id), 409, "not_enough", "denomination")


def test_what_bonus_status_refuses_is_shown_with_its_reason(salons: Salons) -> None:
    world = salons.world
    member_id = world.member(points=500)
    ordered = order(salons, member_id)
    [payout] = world.payouts_of(member_id)
    world.hear("refused", payout, reason="not_enough")
    refused = shown(salons, member_id, ordered)
    assert (refused["state"], refused["reason"]) == ("refused", "not_enough")
    assert world.issue() == 0


def test_what_can_be_ordered_is_told_with_the_points_for_it(salons: Salons) -> None:
    member_id = salons.world.member(points=700)
    order(salons, member_id)
    told = salons.member(member_id).get(f"{ORDERS}/denominations").get_json()
    assert (told["data"][:3], told["data"][-1]) == ([100, 250, 500], 80_000)
    assert told["spendable"] == 200


def test_a_run_leaves_the_points_of_an_order_alone(salons: Salons) -> None:
    """INVARIANT: what would break it: a plan that counts only what other runs asked for."""
    world = salons.world
    member_id = world.member(points=700)
    order(salons, member_id)
    plan_all(world.engine, month_at(world.clock()), world.clock)
    assert sorted(one.amount for one in world.payouts_of(member_id)) == [200, 500]


@pytest.mark.parametrize(
    ("denomination", "near"),
    [(501, "500 and 750"), (80_500, "80000"), (99, "100"), (10**9, "80000")],
)
def test_a_denomination_that_is_none_is_refused_with_the_nearest(
    salons: Salons, denomination: int, near: str
) -> None:
    member_id = salons.world.member(points=100_000)
    answer = order(salons, member_id, denomination)
    assert_problem(answer, 422, "wrong_denomination", "denomination")
    assert near in answer.get_json()["detail"]
    assert salons.world.payouts_of(member_id) == []


@pytest.mark.parametrize("denomination", [0, -500, 500.5, "500", None, True, 10**18])
def test_what_is_no_denomination_is_refused(salons: Salons, denomination: Any) -> None:
    answer = order(salons, salons.world.member(points=500), denomination)
    assert_problem(answer, 422, "invalid_fields", "denomination")


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "once"}, {"Idempotency-Key": ""}])
def test_an_order_needs_its_key(salons: Salons, headers: dict[str, str]) -> None:
    browser = salons.member(salons.world.member(points=500))
    answer = browser.post(ORDERS, json={"denomination": 500}, headers=headers)
    assert_problem(answer, 422, "invalid_fields", "Idempotency-Key")


def test_who_is_blocked_or_owes_orders_nothing(salons: Salons) -> None:
    world = salons.world
    blocked, owing = world.member(points=500), world.member(points=500)
    with world.engine.begin() as connection:
        hear_member(connection, blocked, world.clock, status="blocked")
        debt = {"pending": 0, "accrued": 0, "reserved": 0, "written_off": 0, "debt": 7}
        hear_bonus(connection, owing, 500, world.clock, balance=debt)
    assert_problem(order(salons, blocked), 409, "member_not_active")
    assert_problem(order(salons, owing), 409, "debt")


def test_an_order_is_its_members_alone(salons: Salons) -> None:
    member_id = salons.world.member(points=500)
    ordered = order(salons, member_id)
    path = f"{ORDERS}/orders/{ordered.get_json()['payout_id']}"
    assert_problem(salons.member(uuid4()).get(path), 404, "unknown_order")
    assert salons.app.test_client().get(path).status_code == 401
    body, headers = {"denomination": 500}, {"Idempotency-Key": str(uuid4())}
    answer = salons.app.test_client().post(ORDERS, json=body, headers=headers)
    assert answer.status_code == 401


def test_the_database_refuses_a_payout_of_neither_a_run_nor_an_order(salons: Salons) -> None:
    member_id = salons.world.member(points=500)
    order(salons, member_id)
    for change in ("ordered_with = NULL", "kind = 'top_up'"):
        with (
            pytest.raises(IntegrityError, match="payouts_of_a_run_or_ordered"),
            salons.world.engine.begin() as connection,
        ):
            connection.exec_driver_sql(f"UPDATE payouts SET {change}")
    assert salons.world.payouts_of(member_id)[0].state is State.REQUESTED
