"""What a service listens to: topic → event type → its view of the event and its handler."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Connection

from shared.clock import Clock
from shared.events import Received

# A handler takes a batch of consecutive events of one type, writes set-based SQL and never commits.
Handler = Callable[[Connection, Sequence[Received[Any]], Clock], None]


class NotYet(Exception):
    """Some aggregates cannot be applied before something else arrives; they wait by themselves."""

    def __init__(self, aggregate_ids: Sequence[str], reason: str) -> None:
        """Name the aggregates that wait, and what for."""
        self.aggregate_ids = frozenset(aggregate_ids)
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True)
class Handles:
    """The listener's own view of an event's data (a msgspec Struct), and what it does about it."""

    view: type[msgspec.Struct]
    handle: Handler
    decoder: msgspec.json.Decoder[Any] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Compile the decoder once."""
        object.__setattr__(self, "decoder", msgspec.json.Decoder(self.view))


@dataclass(frozen=True)
class Subscription:
    """A topic and the event types that matter here; others fall through.

    `snapshots`: each event is the full state, so a newer version wins and gaps are harmless.
    `lane_of`: an event's data → what its handler locks, the same for all events of an aggregate;
    events that lock different things may be applied at the same time (see shared.lanes).
    """

    topic: str
    events: Mapping[str, Handles]
    snapshots: bool = False
    lane_of: Callable[[Any], Hashable] | None = None
