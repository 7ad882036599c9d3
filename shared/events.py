"""The envelope that every event travels in, as it is said and as it is heard."""

import random
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

T = TypeVar("T")


class UnreadableEvent(ValueError):
    """The bytes are no event, or not one of the shape that the listener needs."""


def new_event_id() -> UUID:
    """Answer a random UUID (version 4), from Python's own generator.

    Nobody gains by guessing an event's id, and the kernel's random bytes cost each event a change
    of threads: the call lets go of the interpreter.
    """
    return UUID(int=random.getrandbits(128), version=4)


class Event(msgspec.Struct, frozen=True):
    """Something that happened, as its service says it: `data` holds plain JSON types."""

    topic: str
    key: str
    type: str
    aggregate_id: str
    version: int
    occurred_at: datetime
    data: dict[str, Any]
    event_id: UUID = msgspec.field(default_factory=new_event_id)

    def encode(self) -> bytes:
        """Answer the bytes that travel."""
        return msgspec.json.encode(
            {
                "event_id": self.event_id,
                "type": self.type,
                "schema": 1,
                "aggregate_id": self.aggregate_id,
                "version": self.version,
                "occurred_at": self.occurred_at,
                "data": self.data,
            }
        )


class Envelope(msgspec.Struct, frozen=True):
    """What can be read of an event before its type is known."""

    event_id: UUID
    type: str
    aggregate_id: str
    version: int
    occurred_at: datetime
    data: msgspec.Raw


class Received(msgspec.Struct, Generic[T], frozen=True):
    """An event as a listener sees it: `data` is the listener's own view of the contents."""

    event_id: UUID
    type: str
    aggregate_id: str
    version: int
    occurred_at: datetime
    data: T


_envelopes = msgspec.json.Decoder(Envelope)


def open_envelope(value: bytes) -> Envelope:
    """Read the envelope; raises UnreadableEvent."""
    try:
        return _envelopes.decode(value)
    except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
        message = f"not an event: {fault}"
        raise UnreadableEvent(message) from None


def read_data(envelope: Envelope, view: msgspec.json.Decoder[T]) -> Received[T]:
    """Read the contents by the listener's view; raises UnreadableEvent with the field named."""
    try:
        data = view.decode(envelope.data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
        message = f"{envelope.type} cannot be read: {fault}"
        raise UnreadableEvent(message) from None
    return Received(
        envelope.event_id,
        envelope.type,
        envelope.aggregate_id,
        envelope.version,
        envelope.occurred_at,
        data,
    )
