"""INVARIANT: an event has its effect once and in order, whatever the delivery does."""

import random
import threading
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, text

from shared import event_log, parked
from shared.apply import Applier, TooMuchPoison
from shared.clock import Clock
from shared.events import Received
from shared.parked import Message
from tests.integration.shared.things import Note, effects, message, states, subscription, write
from tests.support.clock import SteppedClock


@pytest.fixture
def applier(engine: Engine, clock: SteppedClock) -> Applier:
    return Applier(engine, "things-reader", [subscription()], clock)


def apply_due(engine: Engine, applier: Applier, clock: SteppedClock) -> None:
    with engine.connect() as connection:
        messages = parked.due(connection, ["things"], clock(), 100)
    if messages:
        applier.apply(messages)


def test_a_repeated_batch_has_no_second_effect(engine: Engine, applier: Applier) -> None:
    batch = [message("a", 1), message("b", 1), message("a", 2)]
    for _ in range(3):
        applier.apply(batch)
    assert effects(engine) == [("a", 1), ("a", 2), ("b", 1)]


def test_a_gap_waits_and_is_filled_by_itself(
    engine: Engine, applier: Applier, clock: SteppedClock
) -> None:
    applier.apply([message("a", 1, offset=0), message("a", 3, offset=2), message("b", 1, offset=3)])
    assert effects(engine) == [("a", 1), ("b", 1)]
    assert states(engine) == {("a", 3): "waiting"}
    apply_due(engine, applier, clock)
    assert effects(engine) == [("a", 1), ("b", 1)]
    applier.apply([message("a", 2, offset=4)])
    apply_due(engine, applier, clock)
    assert effects(engine) == [("a", 1), ("a", 2), ("a", 3), ("b", 1)]
    assert states(engine) == {("a", 3): "applied"}


def test_one_poisonous_message_is_parked_and_only_its_aggregate_waits(
    engine: Engine, applier: Applier
) -> None:
    batch = [message(f"x{n}", 1, offset=n) for n in range(20)]
    batch[7] = message("bad", 1, "poison", offset=7)
    batch.append(message("bad", 2, offset=20))
    applier.apply(batch)
    assert len(effects(engine)) == 19
    assert states(engine) == {("bad", 1): "parked", ("bad", 2): "waiting"}


def test_parking_is_announced_once(engine: Engine, applier: Applier) -> None:
    poison = message("bad", 1, "poison")
    for _ in range(2):
        applier.apply([poison])
    with engine.connect() as connection:
        assert event_log.unsent(connection) == 1


def test_a_discarded_message_lets_the_next_one_go_on(
    engine: Engine, applier: Applier, clock: SteppedClock
) -> None:
    applier.apply([message("bad", 1, "poison", offset=0), message("bad", 2, offset=1)])
    with engine.begin() as connection:
        first = next(one for one in parked.listing(connection, limit=10) if one["version"] == 1)
        parked.discard(connection, first["parked_id"])
    clock.move(timedelta(minutes=1))
    apply_due(engine, applier, clock)
    assert effects(engine) == [("bad", 2)]


def test_a_replayed_message_is_applied_once_the_code_can(
    engine: Engine, clock: SteppedClock
) -> None:
    Applier(engine, "g", [subscription()], clock).apply([message("bad", 1, "poison")])
    with engine.begin() as connection:
        [listed] = parked.listing(connection, limit=10)
        parked.replay(connection, listed["parked_id"])

    def mended(connection: Connection, events: Sequence[Received[Note]], _clock: Clock) -> None:
        for event in events:
            connection.execute(
                text("INSERT INTO effects VALUES (:a, :v, 'mended')"),
                {"a": event.aggregate_id, "v": event.version},
            )

    apply_due(engine, Applier(engine, "g", [subscription(handle=mended)], clock), clock)
    assert effects(engine) == [("bad", 1)]
    assert states(engine) == {("bad", 1): "applied"}


def test_a_parked_message_that_comes_again_and_can_be_applied_is_parked_no_more(
    engine: Engine, clock: SteppedClock
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    Applier(engine, "g", [subscription(handle=broken)], clock).apply([message("a", 1, offset=0)])
    Applier(engine, "g", [subscription()], clock).apply([message("a", 1, offset=9)])
    assert effects(engine) == [("a", 1)]
    assert states(engine) == {("a", 1): "applied"}


def test_an_unknown_parked_message_cannot_be_discarded(engine: Engine) -> None:
    with engine.begin() as connection, pytest.raises(parked.UnknownParkedMessage):
        parked.discard(connection, UUID(int=1))


def test_what_lacks_its_cause_waits_alone_and_is_tried_again(
    engine: Engine, applier: Applier, clock: SteppedClock
) -> None:
    applier.apply([message("a", 1, "early", offset=0)])
    assert states(engine) == {("a", 1): "waiting"}
    applier.apply([message("b", 1, offset=1)])
    clock.move(timedelta(seconds=40))
    apply_due(engine, applier, clock)
    assert effects(engine) == [("a", 1), ("b", 1)]


@pytest.mark.parametrize("value", [b"", b"{", b"\xff\xfe", b'{"type": 5}', b"null", b"[" * 10_000])
def test_bytes_that_are_no_event_are_parked(engine: Engine, applier: Applier, value: bytes) -> None:
    applier.apply([Message("things", 0, 0, b"k", value), message("a", 1, offset=1)])
    assert effects(engine) == [("a", 1)]
    assert list(states(engine).values()) == ["parked"]


def test_endless_poison_stops_the_consumer(applier: Applier) -> None:
    with pytest.raises(TooMuchPoison):
        applier.apply([message(f"bad{n}", 1, "poison", offset=n) for n in range(200)])


def test_of_snapshots_the_newest_wins_and_gaps_are_harmless(
    engine: Engine, clock: SteppedClock
) -> None:
    applier = Applier(engine, "g", [subscription(snapshots=True)], clock)
    applier.apply([message("s", 4, offset=0), message("s", 2, offset=1), message("s", 9, offset=2)])
    assert effects(engine) == [("s", 4), ("s", 9)]


def test_two_copies_of_a_consumer_that_race_apply_each_version_once(
    engine: Engine, clock: SteppedClock
) -> None:
    """Breaks when the guard is read without a lock or written without the unique key."""
    aggregates = [f"a{n}" for n in range(20)]
    batches = [[message(one, version) for one in aggregates] for version in (1, 2, 3)]
    start = threading.Barrier(2)
    faults: list[Exception] = []

    def run(seed: int) -> None:
        applier = Applier(engine, "g", [subscription()], clock)
        start.wait()
        for batch in batches:
            shuffled = random.Random(seed).sample(batch, len(batch))
            try:
                applier.apply(shuffled)
            except Exception as fault:  # noqa: BLE001 - carried to the test's thread
                faults.append(fault)

    threads = [threading.Thread(target=run, args=(seed,)) for seed in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not faults
    assert effects(engine) == sorted((one, version) for one in aggregates for version in (1, 2, 3))


def test_a_handler_that_fails_half_way_leaves_nothing(engine: Engine, clock: SteppedClock) -> None:
    def half(connection: Connection, events: Sequence[Received[Note]], clock: Clock) -> None:
        write(connection, events, clock)
        detail = "after writing"
        raise RuntimeError(detail)

    Applier(engine, "g", [subscription(handle=half)], clock).apply([message("a", 1)])
    assert effects(engine) == []
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM inbox")) == 0
