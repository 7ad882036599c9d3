"""A top-up that the operator declines: the member hears that his points stay, and what to do."""

from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import pytest

from services.notifications.consumer import SUBSCRIPTIONS
from services.payout import events
from services.payout.domain import Kind
from services.payout.events import Subject
from shared.events import Received
from tests.integration.notifications.conftest import World

AT = datetime(2026, 12, 1, tzinfo=UTC)
[DECLINED] = [
    one.events["payout.declined"] for one in SUBSCRIPTIONS if "payout.declined" in one.events
]


@pytest.mark.parametrize(
    ("reason", "hint"),
    [
        ("unknown_number", "The operator does not know the number: correct it in your goal."),
        ("barred", "The number is barred: ask the operator, or choose another goal."),
        (
            "not_a_subscriber",
            "The number is not of our operator: choose another goal, such as a certificate.",
        ),
        ("given_up", "We try again on the 1st of next month."),
    ],
)
def test_each_reason_comes_with_what_to_change(world: World, reason: str, hint: str) -> None:
    member_id, phone = world.member()
    payout_id = uuid4()
    said = events.declined(Subject(payout_id, member_id, "2026-12", Kind.TOP_UP, 300), reason, AT)
    view = msgspec.convert(said.data, DECLINED.view, str_keys=True)
    for _ in range(2):  # an event may come twice; its SMS comes once
        received = Received(uuid4(), said.type, str(payout_id), said.version, AT, view)
        with world.engine.begin() as connection:
            DECLINED.handle(connection, [received], world.clock)
    world.sender().send_due()
    [words] = world.inbox(phone)
    assert "300" in words
    assert words.endswith(hint)
