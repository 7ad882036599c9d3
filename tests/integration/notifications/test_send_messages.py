"""Sending: each message arrives once, whatever answers are lost and whoever dies or is away."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.notifications import store
from services.notifications.domain import Kind, News, State
from services.notifications.texts import compose
from tests.integration.notifications.conftest import NOWHERE, World, topped_up


def _state(world: World, member_id: object) -> tuple[str, int]:
    [row] = [one for one in world.rows(member_id)]  # type: ignore[arg-type]  # noqa: C416
    return row.state, row.attempts


def test_a_message_arrives_in_the_members_language_and_is_done(world: World) -> None:
    member_id, phone = world.member("ru")
    world.tell(topped_up(member_id))
    sender = world.sender()
    assert (sender.send_due(), sender.send_due()) == (1, 0)
    assert world.inbox(phone) == [compose(Kind.TOP_UP_COMPLETED, "ru", {"amount": 300})]
    assert _state(world, member_id) == (State.SENT, 1)


def test_a_store_is_called_by_its_name_once_it_is_known(world: World) -> None:
    member_id, phone = world.member()
    facts = {"store": "good-pharmacy", "amount": 5, "available": 5}
    world.tell(News("bonus:1:accrued", member_id, Kind.BONUS_ACCRUED, facts))
    sender = world.sender()
    sender.send_due()
    with world.engine.begin() as connection:
        store.note_stores(connection, {"good-pharmacy": "Good Pharmacy"})
    world.tell(News("bonus:2:accrued", member_id, Kind.BONUS_ACCRUED, facts))
    sender.send_due()
    assert [words.split(" is ")[0] for words in world.inbox(phone)] == [
        "+5 RUB cashback from good-pharmacy",
        "+5 RUB cashback from Good Pharmacy",
    ]


def test_a_lost_answer_does_not_become_a_second_sms(world: World) -> None:
    """INVARIANT: the gateway knows the message's id. A new key at each attempt would break it."""
    member_id, phone = world.member()
    world.tell(topped_up(member_id))
    world.gateway_fails("no_answer", phone, count=4)
    sender = world.sender()
    assert sender.send_due() == 1
    assert _state(world, member_id) == (State.UNSENT, 1)
    world.clock.move(timedelta(seconds=2))
    sender.send_due()
    assert _state(world, member_id) == (State.SENT, 2)
    assert len(world.inbox(phone)) == 1


def test_words_stay_as_they_were_first_handed_over(world: World) -> None:
    """INVARIANT: a member who changes his language between two attempts is told once."""
    member_id, phone = world.member("sv")
    world.tell(topped_up(member_id))
    world.gateway_fails("no_answer", phone, count=3)
    sender = world.sender()
    sender.send_due()
    with world.engine.begin() as connection:
        store.note_members(connection, {member_id: "en"})
    world.clock.move(timedelta(seconds=2))
    sender.send_due()
    assert _state(world, member_id)[0] == State.SENT
    assert [words.startswith("Din cashback") for words in world.inbox(phone)] == [True]


def test_what_a_killed_sender_held_is_sent_by_another(world: World) -> None:
    """INVARIANT: a claim ends by itself. Marking a message sent before it is would lose it."""
    member_id, phone = world.member()
    world.tell(topped_up(member_id))
    with world.engine.begin() as connection:
        claimed = store.claim(connection, world.clock(), world.patience.lease, "en", 10)
    assert len(claimed) == 1
    sender = world.sender()
    assert sender.send_due() == 0
    world.clock.move(world.patience.lease)
    assert sender.send_due() == 1
    assert len(world.inbox(phone)) == 1


def test_many_senders_share_the_work(world: World) -> None:
    """INVARIANT: no message is claimed by two."""
    people = [world.member() for _ in range(12)]
    world.tell(*(topped_up(member_id) for member_id, _ in people))
    senders = [world.sender() for _ in range(4)]
    with ThreadPoolExecutor(4) as together:
        tried = list(together.map(lambda one: one.send_due(), senders))
    assert sum(tried) == 12
    assert [len(world.inbox(phone)) for _, phone in people] == [1] * 12


@pytest.mark.parametrize("away", ["members", "gateway"])
def test_a_neighbour_that_is_away_delays_and_loses_nothing(world: World, away: str) -> None:
    member_id, phone = world.member()
    world.tell(topped_up(member_id))
    broken = world.sender(**{away: NOWHERE})
    for _ in range(3):
        assert broken.send_due() == 1
        world.clock.move(timedelta(seconds=8))
    assert _state(world, member_id) == (State.UNSENT, 3)
    [row] = world.rows(member_id)
    assert phone not in row.said
    assert world.sender().send_due() == 1
    assert len(world.inbox(phone)) == 1


def test_pauses_grow_and_the_end_is_given_up(world: World) -> None:
    member_id, _ = world.member()
    world.patience = replace(world.patience, give_up=timedelta(hours=1))
    world.tell(topped_up(member_id))
    broken = world.sender(gateway=NOWHERE)
    pauses = []
    for _ in range(4):
        broken.send_due()
        [row] = world.rows(member_id)
        pauses.append((row.next_try_at - world.clock()).total_seconds())
        world.clock.now = row.next_try_at
    assert pauses == [1, 2, 4, 8]
    world.clock.move(timedelta(hours=1))
    broken.send_due()
    assert _state(world, member_id)[0] == State.GIVEN_UP


def test_a_member_who_is_gone_is_not_written_to(world: World) -> None:
    nobody = uuid4()
    world.tell(topped_up(nobody))
    world.sender().send_due()
    [row] = world.rows(nobody)
    assert (row.state, row.said) == (State.REFUSED, "the member is not there any more")


def test_no_phone_is_kept(world: World) -> None:
    """INVARIANT: personal data lives in members alone."""
    member_id, phone = world.member()
    world.tell(topped_up(member_id))
    world.sender().send_due()
    with world.engine.connect() as connection:
        rows = connection.scalars(text("SELECT messages::text FROM messages")).all()
    assert not any(phone[1:] in row for row in rows)
