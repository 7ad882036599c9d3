"""A small world for the kit: things that are noted, and a handler that writes what it was given."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection, Engine, text

from shared.clock import Clock
from shared.events import Event, Received
from shared.parked import Message
from shared.subscriptions import Handles, NotYet, Subscription

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TYPE = "click.recorded"  # a contract that exists; the kit does not care which


class Note(msgspec.Struct, frozen=True):
    note: str


def message(aggregate: str, version: int, note: str = "", offset: int = 0) -> Message:
    event = Event("things", aggregate, "thing.noted", aggregate, version, NOW, {"note": note})
    return Message("things", 0, offset, aggregate.encode(), event.encode())


def write(connection: Connection, events: Sequence[Received[Note]], _clock: Clock) -> None:
    for event in events:
        if event.data.note == "poison":
            detail = "the handler cannot bear this one"
            raise ValueError(detail)
        if event.data.note == "early" and not connection.scalar(
            text("SELECT count(*) FROM effects")
        ):
            raise NotYet([event.aggregate_id], "nothing is there yet")
        connection.execute(
            text("INSERT INTO effects VALUES (:aggregate, :version, :note)"),
            {"aggregate": event.aggregate_id, "version": event.version, "note": event.data.note},
        )


def subscription(
    topic: str = "things", *, snapshots: bool = False, handle: Callable[..., None] = write
) -> Subscription:
    return Subscription(topic, {"thing.noted": Handles(Note, handle)}, snapshots=snapshots)


def effects(engine: Engine) -> list[tuple[str, int]]:
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT aggregate_id, version FROM effects ORDER BY 1, 2"))
        return [(row.aggregate_id, row.version) for row in rows]


def states(engine: Engine) -> dict[tuple[str | None, int | None], str]:
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT aggregate_id, version, state FROM parked"))
        return {(row.aggregate_id, row.version): row.state for row in rows}
