"""From the topic of bonuses to the topic of payouts, over the real Kafka."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import msgspec
import pytest
from sqlalchemy import Engine, text

from services.payout import consumer
from services.payout.events import TOPIC
from services.payout.states import State
from services.payout.store import payouts
from shared import worker
from shared.events import Event, open_envelope
from shared.kafka import KafkaProducer, ends_of, has_read, make_producer
from shared.months import read_month
from tests.integration.payout.given import BALANCE, run_all
from tests.support.clock import SteppedClock
from tests.support.waiting import eventually

NOW = datetime(2026, 11, 1, tzinfo=UTC)


class Bonuses:
    """bonus_status as far as payout hears it: one member's account, event by event."""

    def __init__(self, producer: KafkaProducer, topic: str) -> None:
        self._producer, self._topic = producer, topic
        self.member_id = uuid4()
        self._version = 0

    def say(self, event_type: str, *, times: int = 1, **data: object) -> None:
        self._version += 1
        key = str(self.member_id)
        full = {"member_id": key, "reason": None, "balance": BALANCE} | data
        event = Event(self._topic, key, event_type, key, self._version, NOW, full)
        for _ in range(times):
            self._producer.send(self._topic, key=key.encode(), value=event.encode())
        self._producer.flush(timeout=10)

    def accrue(self, points: int, **how: int) -> None:
        moment = "2026-10-05T10:00:00Z"
        bonus_id = str(uuid4())
        self.say("bonus.changed", bonus_id=bonus_id, available=points, accrued_at=moment, **how)


@pytest.fixture
def topics(topic: Callable[..., str], kafka_bootstrap: str) -> dict[str, str]:
    names = {one.topic: topic(one.topic, partitions=2) for one in consumer.SUBSCRIPTIONS}
    # A group that joins before the broker shows a new topic is given nothing of it for minutes.
    eventually(lambda: len(ends_of(kafka_bootstrap, list(names.values()))) == 2 * len(names))
    return names


@pytest.fixture
def bonuses(kafka_bootstrap: str, topics: dict[str, str]) -> Iterator[Bonuses]:
    producer = make_producer(kafka_bootstrap)
    yield Bonuses(producer, topics["bonuses"])
    producer.close(timeout=5)


@pytest.fixture
def hearing(
    engine: Engine, kafka_bootstrap: str, topics: dict[str, str], group: str
) -> Iterator[None]:
    """The consumer at work."""
    subscriptions = [replace(one, topic=topics[one.topic]) for one in consumer.SUBSCRIPTIONS]
    stop = threading.Event()
    thread = threading.Thread(
        target=worker.consume, args=(engine, kafka_bootstrap, group, subscriptions, stop)
    )
    thread.start()
    yield
    stop.set()
    thread.join(20)


def spendable(engine: Engine, member_id: UUID) -> int:
    ask = text("SELECT coalesce(sum(available), 0)::bigint FROM accruals WHERE member_id = :id")
    with engine.connect() as connection:
        return connection.execute(ask, {"id": member_id}).scalar_one()


@pytest.mark.usefixtures("hearing")
def test_bonuses_come_in_and_a_payout_asks_for_its_points(
    engine: Engine, bonuses: Bonuses, clock: SteppedClock
) -> None:
    bonuses.accrue(70)
    bonuses.accrue(30, times=3)  # the same event three times is one bonus
    eventually(lambda: spendable(engine, bonuses.member_id) == 100)
    run_all(engine, read_month("2026-11"), clock)
    with engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM event_log ORDER BY position DESC")).first()
        payout_id = connection.execute(text("SELECT payout_id FROM payouts")).scalar_one()
    assert row is not None
    assert (row.topic, row.key) == (TOPIC, str(bonuses.member_id))
    asked = msgspec.json.decode(open_envelope(row.message.encode()).data)
    assert (asked["payout_id"], asked["amount"]) == (str(payout_id), 100)

    def state() -> State:
        with engine.connect() as connection:
            return payouts.find(connection, payout_id).state

    bonuses.say("points.reserved", payout_id=str(payout_id), amount=100)
    eventually(lambda: state() is State.RESERVED)


@pytest.mark.usefixtures("hearing")
def test_points_of_a_payout_that_is_not_ours_are_parked_and_the_rest_goes_on(
    engine: Engine, bonuses: Bonuses
) -> None:
    bonuses.accrue(10)
    bonuses.say("points.reserved", payout_id=str(uuid4()), amount=5)
    waiting = text("SELECT state, reason FROM parked WHERE aggregate_id = :id")

    def parked() -> list[tuple[str, str]]:
        with engine.connect() as connection:
            found = connection.execute(waiting, {"id": str(bonuses.member_id)})
            return [(row.state, row.reason) for row in found]

    [(state, reason)] = eventually(parked)
    assert state == "parked"
    assert "UnknownPayout" in reason
    assert spendable(engine, bonuses.member_id) == 10


@pytest.mark.usefixtures("hearing")
def test_a_planner_knows_when_all_that_was_said_is_heard(
    kafka_bootstrap: str, bonuses: Bonuses, topics: dict[str, str], group: str
) -> None:
    bonuses.accrue(10)
    ends = ends_of(kafka_bootstrap, list(topics.values()))
    assert sum(ends.values()) == 1
    eventually(lambda: has_read(kafka_bootstrap, group, ends))
    bonuses.accrue(10)
    assert has_read(kafka_bootstrap, group, ends)
    assert not has_read(kafka_bootstrap, f"{group}-new", ends)
