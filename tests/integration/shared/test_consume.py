"""The consumer loop over real Kafka: restarts, redelivery and stops change nothing."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text
from structlog.testing import capture_logs

from shared.clock import Clock
from shared.kafka import create_topics, lag_of, make_producer
from shared.worker import consume
from tests.integration.shared.things import effects, message, subscription, write
from tests.support.broker import Broker
from tests.support.waiting import eventually


@pytest.fixture
def start(
    engine: Engine, kafka_bootstrap: str, group: str
) -> Callable[[str], tuple[threading.Thread, threading.Event]]:
    def begin(topic: str) -> tuple[threading.Thread, threading.Event]:
        stop = threading.Event()
        arguments = (engine, kafka_bootstrap, group, [subscription(topic)], stop)
        thread = threading.Thread(target=consume, args=arguments)
        thread.start()
        return thread, stop

    return begin


def send(bootstrap: str, topic: str, aggregates: int, versions: range) -> None:
    producer = make_producer(bootstrap)
    for version in versions:
        for number in range(aggregates):
            value = message(f"a{number}", version).value
            producer.send(topic, key=f"a{number}".encode(), value=value)
    producer.flush(timeout=10)
    producer.close(timeout=5)


def test_restarts_in_the_middle_neither_lose_nor_repeat(
    engine: Engine,
    kafka_bootstrap: str,
    group: str,
    topic: Callable[..., str],
    start: Callable[[str], tuple[threading.Thread, threading.Event]],
) -> None:
    name = topic("things")
    for versions in (range(1, 4), range(4, 6), range(4, 8)):
        thread, stop = start(name)
        send(kafka_bootstrap, name, 30, versions)
        expected = 30 * (versions.stop - 1)
        eventually(lambda n=expected: len(effects(engine)) == n, seconds=30)
        stop.set()
        thread.join(timeout=15)
        assert not thread.is_alive()
    assert effects(engine) == sorted((f"a{n}", v) for n in range(30) for v in range(1, 8))
    assert lag_of(kafka_bootstrap, group, [name]) == {name: 0}


def test_what_could_not_be_committed_is_committed_when_the_broker_is_back(
    engine: Engine, group: str, tmp_path: Path
) -> None:
    """Bug: after a broker's restart a quiet topic lagged for ever, and `cashback verify` was false.

    The messages were applied; only the commit of the last of them had fallen into the restart.
    """
    broker, stop = Broker(tmp_path), threading.Event()

    def write_and_kill(connection: Connection, events: Sequence[Any], clock: Clock) -> None:
        broker.kill()
        write(connection, events, clock)

    create_topics(broker.bootstrap, {"things": (1, {})})
    send(broker.bootstrap, "things", 1, range(1, 2))
    heard = [subscription(handle=write_and_kill)]
    with capture_logs() as logs, ThreadPoolExecutor(1) as running:
        running.submit(consume, engine, broker.bootstrap, group, heard, stop)
        try:
            eventually(
                lambda: "consumer.commit_failed" in {one["event"] for one in logs}, seconds=30
            )
            broker.start()
            eventually(
                lambda: lag_of(broker.bootstrap, group, ["things"]) == {"things": 0}, seconds=60
            )
        finally:
            stop.set()
    broker.kill()
    assert effects(engine) == [("a0", 1)]


def test_a_database_that_goes_away_stops_the_batch_and_not_the_consumer(
    engine: Engine,
    kafka_bootstrap: str,
    topic: Callable[..., str],
    start: Callable[[str], tuple[threading.Thread, threading.Event]],
) -> None:
    name = topic("things")
    thread, stop = start(name)
    try:
        for version in range(1, 6):
            send(kafka_bootstrap, name, 5, range(version, version + 1))
            with engine.begin() as connection:
                connection.execute(
                    text("""
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()
                    AND usename = current_user
                    """)
                )
        eventually(lambda: len(effects(engine)) == 25, seconds=30)
    finally:
        stop.set()
        thread.join(timeout=15)
