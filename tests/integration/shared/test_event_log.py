"""INVARIANT: what a committed transaction said reaches Kafka at least once, in order a key."""

import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from shared import chain, event_log, tables
from shared.contracts import ContractBroken
from shared.events import Event, open_envelope
from shared.kafka import KafkaConsumer, TopicPartition, make_producer
from tests.integration.shared.conftest import Op
from tests.integration.shared.things import NOW
from tests.support.waiting import eventually


def said(topic: str, aggregate: str, version: int) -> Event:
    data = {
        "parked_id": str(uuid4()),
        "consumer": "payout",
        "topic": "bonuses",
        "partition": 0,
        "offset": 0,
        "key": None,
        "reason": "test",
        "parked_at": "2026-11-23T12:00:00Z",
    }
    return Event(topic, aggregate, "message.parked", aggregate, version, NOW, data)


def read(bootstrap: str, topic: str, count: int) -> list[tuple[str, int]]:
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    try:
        places = [TopicPartition(topic, one) for one in consumer.partitions_for_topic(topic)]
        consumer.assign(places)
        found: list[tuple[str, int]] = []

        def enough() -> bool:
            for records in consumer.poll(timeout_ms=200).values():
                envelopes = [open_envelope(record.value) for record in records]
                found.extend((one.aggregate_id, one.version) for one in envelopes)
            return len(found) >= count

        eventually(enough, seconds=20)
        return found
    finally:
        consumer.close()


def test_a_late_commit_with_an_early_number_is_never_skipped(
    engine: Engine, kafka_bootstrap: str, topic: Callable[..., str]
) -> None:
    """Breaks with `id > last`: A takes a number, B takes a later one and commits first."""
    name = topic("log", partitions=1)
    producer = make_producer(kafka_bootstrap)
    with engine.connect() as reader, engine.connect() as early, engine.connect() as late:
        relay = reader.execution_options(isolation_level="AUTOCOMMIT")
        event_log.add(early, [said(name, "a", 1)])
        event_log.add(late, [said(name, "b", 1)])
        late.commit()
        assert event_log.send_next(relay, producer) == 0
        early.commit()
        # Any transaction of the server, the autovacuum's too, may hold the relay back a moment.
        sent: list[int] = []
        eventually(lambda: sent.append(event_log.send_next(relay, producer)) or sum(sent) == 2)
        assert event_log.send_next(relay, producer) == 0
    producer.close(timeout=5)
    assert sorted(read(kafka_bootstrap, name, 2)) == [("a", 1), ("b", 1)]


def test_a_rolled_back_change_says_nothing(engine: Engine) -> None:
    with engine.connect() as connection:
        event_log.add(connection, [said("t", "a", 1)])
        connection.rollback()
        assert event_log.unsent(connection) == 0


def test_two_writers_cannot_both_say_one_version(engine: Engine) -> None:
    with engine.begin() as connection:
        event_log.add(connection, [said("t", "a", 1)])
    with pytest.raises(IntegrityError), engine.begin() as connection:
        event_log.add(connection, [said("t", "a", 1)])


def test_a_wrong_event_fails_before_anything_is_written(engine: Engine) -> None:
    right = said("t", "a", 1)
    wrong = replace(right, data=right.data | {"offset": "5"})
    with engine.begin() as connection:
        with pytest.raises(ContractBroken, match=r"message\.parked: data\.offset: .* not of type"):
            event_log.add(connection, [said("t", "b", 1), wrong])
        assert event_log.unsent(connection) == 0


@pytest.mark.parametrize("statement", ["DELETE FROM event_log", "UPDATE event_log SET key = 'x'"])
def test_nobody_rewrites_the_log(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        event_log.add(connection, [said("t", "a", 1)])
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))


def test_what_was_said_before_the_chain_is_chained_as_it_stands(engine: Engine) -> None:
    events = [said("t", name, version) for version in (1, 2) for name in ("a", "b")]
    ends = {"a": chain.BEGINS, "b": chain.BEGINS}
    for one in events:
        ends[one.aggregate_id] = chain.link(ends[one.aggregate_id], one.encode())
    with engine.begin() as connection:
        event_log.add(connection, events)
        tables.chain_event_log(Op(connection), "t")
        query = "SELECT aggregate_id, chain_hash FROM event_log WHERE version = 2"
        kept = {row.aggregate_id: row.chain_hash for row in connection.execute(text(query))}
        assert kept == ends
        more = said("t", "a", 3)
        new = event_log.add_chained(connection, [more], ends)
        assert new == {"a": chain.link(ends["a"], more.encode())}


def _unsent(engine: Engine) -> int:
    with engine.connect() as connection:
        return event_log.unsent(connection)


def test_the_relay_sends_in_order_and_again_after_a_republish(
    engine: Engine, kafka_bootstrap: str, topic: Callable[..., str]
) -> None:
    name = topic("log", partitions=1)
    stop = threading.Event()
    arguments = (engine, kafka_bootstrap, stop)
    relays = [threading.Thread(target=event_log.relay, args=arguments) for _ in "12"]
    for thread in relays:
        thread.start()
    try:
        for version in range(1, 51):
            with engine.begin() as connection:
                event_log.add(connection, [said(name, "a", version)])
        once = read(kafka_bootstrap, name, 50)
        assert once == [("a", version) for version in range(1, 51)]
        # Kafka has the last batch a moment before the relay notes it: until then it is under way.
        eventually(lambda: _unsent(engine) == 0)
        with engine.begin() as connection:
            assert event_log.republish(connection, NOW - timedelta(days=1)) == 50
        assert read(kafka_bootstrap, name, 100) == once * 2
    finally:
        stop.set()
        for thread in relays:
            thread.join(timeout=10)


def test_a_relay_that_starts_before_its_broker_waits_for_it(engine: Engine) -> None:
    stop = threading.Event()
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nowhere = f"127.0.0.1:{unused.getsockname()[1]}"
        thread = threading.Thread(target=event_log.relay, args=(engine, nowhere, stop))
        thread.start()
        stop.wait(5)
        assert thread.is_alive()
        stop.set()
        thread.join(timeout=60)
    assert not thread.is_alive()


def test_a_clerk_who_moves_the_relay_back_while_it_sends_is_obeyed(
    engine: Engine, kafka_bootstrap: str, topic: Callable[..., str]
) -> None:
    name = topic("log", partitions=1)
    producer = make_producer(kafka_bootstrap)
    with engine.begin() as connection:
        event_log.add(connection, [said(name, "a", 1)])
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as relay:
        eventually(lambda: event_log.send_next(relay, producer) == 1)
        with engine.begin() as connection:
            event_log.add(connection, [said(name, "a", 2)])

        class Meanwhile:
            """Sends, and lets a clerk step in before Kafka has answered."""

            def __getattr__(self, name: str) -> object:
                return getattr(producer, name)

            def flush(self, timeout: float) -> None:
                producer.flush(timeout=timeout)
                with engine.begin() as clerk:
                    event_log.republish(clerk, NOW - timedelta(days=1))

        eventually(lambda: event_log.send_next(relay, Meanwhile()) == 1)
        assert event_log.unsent(relay) == 2
    producer.close(timeout=5)
