"""Who joins again with his number is known as no newcomer, by a digest that names nobody."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from services.members.joining.numbers import Numbers
from tests.integration.members.conftest import CLERK, Desk, new_phone
from tests.support.clock import SteppedClock

KEYS = [bytes([one]) * 32 for one in range(3)]


def _is_told(desk: Desk, member_id: str) -> bool:
    found: dict[str, Any] = desk.ask("GET", f"/members/{member_id}", key=CLERK).get_json()
    return bool(found["was_here_before"])


def test_who_left_a_number_behind_is_no_newcomer_with_it(desk: Desk) -> None:
    """What would break it: join with one number, change it, and join with the first one again."""
    phone = new_phone()
    first = desk.register(phone=phone)["member_id"]
    assert not _is_told(desk, first)
    change = text("UPDATE members SET phone = :other WHERE member_id = :id")
    with desk.app.extensions["members"].engine.begin() as connection:
        connection.execute(change, {"other": new_phone(), "id": first})
    assert _is_told(desk, desk.register(phone=phone)["member_id"])


def test_a_number_that_the_operator_gave_to_somebody_else_is_forgotten(
    connection: Connection, clock: SteppedClock
) -> None:
    numbers, phone = Numbers(KEYS[:1]), new_phone()
    numbers.remember(connection, phone, clock())
    numbers.forget(connection, phone)
    assert not numbers.is_known(connection, phone)


@pytest.mark.parametrize(
    ("keys", "is_known"), [(KEYS[:1], True), (KEYS[1::-1], True), (KEYS[1:], False)]
)
def test_it_is_known_as_long_as_its_key_is_one_of_ours(
    service_engine: Callable[[str], Engine],
    clock: SteppedClock,
    keys: list[bytes],
    *,
    is_known: bool,
) -> None:
    phone = new_phone()
    with service_engine("members").begin() as connection:
        Numbers(KEYS[:1]).remember(connection, phone, clock())
        Numbers(KEYS[:1]).remember(connection, phone, clock())
        assert Numbers(keys).is_known(connection, phone) is is_known
