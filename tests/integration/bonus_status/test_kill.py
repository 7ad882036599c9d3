"""INVARIANT: a consumer killed at any moment has applied each message once when it is back."""

import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import text

from services.bonus_status.consumer import SUBSCRIPTIONS
from shared.events import Event
from shared.kafka import make_producer
from tests.integration.bonus_status.desk import Desk
from tests.integration.bonus_status.story import Story
from tests.support.waiting import eventually

KILLS = 3
PATIENCE = 90
# The consumer of this service on topics of the test, in a process that can be killed.
CONSUMER = """
import dataclasses, sys, threading
from services.bonus_status.consumer import SUBSCRIPTIONS
from shared.database import connect
from shared.worker import consume

url, bootstrap, group, topics = sys.argv[1:]
named = dict(pair.split("=") for pair in topics.split(","))
subscriptions = [dataclasses.replace(one, topic=named[one.topic]) for one in SUBSCRIPTIONS]
consume(connect(url), bootstrap, group, subscriptions, threading.Event(), batch=40)
"""


def test_kill_after_kill_nothing_is_lost_or_doubled(  # noqa: PLR0913, PLR0917 - fixtures
    fresh_desk: Desk,
    fresh_service_url: Callable[[str], str],
    kafka_bootstrap: str,
    topic: Callable[..., str],
    group: str,
    desk: Desk,
) -> None:
    """What would break it: offsets committed before the database, or trusted more than it."""
    alone, killed = Story(desk, 11), Story(fresh_desk, 11)
    alone.tell(lambda: 50)
    named = {one.topic: topic(one.topic) for one in SUBSCRIPTIONS}
    arguments = [
        fresh_service_url("bonus_status"),
        kafka_bootstrap,
        group,
        ",".join(f"{name}={mine}" for name, mine in named.items()),
    ]
    say(kafka_bootstrap, named, [fresh_desk.store(), *killed.joined])
    chance = random.Random(11)
    for part in range(KILLS):
        with consumer(arguments):
            start, end = (len(killed.conversions) * one // KILLS for one in (part, part + 1))
            say(kafka_bootstrap, named, killed.conversions[start:end])
            wanted = start + chance.randint(1, end - start)
            eventually(lambda wanted=wanted: applied(fresh_desk) >= wanted, seconds=PATIENCE)
    with consumer(arguments):
        done = len(killed.conversions)
        eventually(lambda: applied(fresh_desk) == done, seconds=PATIENCE)
        say(kafka_bootstrap, named, killed.payouts)
        eventually(lambda: asked(fresh_desk) == len(killed.payouts), seconds=PATIENCE)
    assert killed.outcome() == alone.outcome()
    assert fresh_desk.books_are_right()


@contextmanager
def consumer(arguments: Sequence[str]) -> Iterator[None]:
    """The consumer, for a while: its end is always a SIGKILL."""
    process = subprocess.Popen([sys.executable, "-c", CONSUMER, *arguments])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def say(bootstrap: str, named: dict[str, str], events: Sequence[Event]) -> None:
    producer = make_producer(bootstrap)
    for event in events:
        producer.send(named[event.topic], key=event.key.encode(), value=event.encode())
    producer.flush(timeout=10)
    producer.close()


def applied(desk: Desk) -> int:
    with desk.engine.connect() as connection:
        total = text("SELECT coalesce(sum(version), 0) FROM inbox WHERE topic LIKE '%conversions'")
        return int(connection.scalar(total) or 0)


def asked(desk: Desk) -> int:
    with desk.engine.connect() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM payouts")) or 0)
