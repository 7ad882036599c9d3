"""Reads messages of a topic into a batch, before anything is applied: it asks no server."""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from shared.events import Envelope, Received, UnreadableEvent, open_envelope, read_data
from shared.parked import Message
from shared.subscriptions import Subscription


class Read(Struct, frozen=True):
    """A message that could be read; `event` is None for a type that is not heard here."""

    message: Message
    envelope: Envelope
    event: Received[Any] | None


class Unreadable(Struct, frozen=True):
    """A message that could not be read, and why; `envelope`: if that much could be."""

    message: Message
    envelope: Envelope | None
    reason: str


class Batch(Struct, frozen=True):
    """Messages of one topic in their order, read but not applied yet."""

    topic: Subscription
    read: list[Read]
    unreadable: list[Unreadable]


def read_batch(topic: Subscription, messages: Iterable[Message]) -> Batch:
    """Read messages of a topic."""
    batch = Batch(topic, [], [])
    for message in messages:
        one = _read(topic, message)
        if isinstance(one, Read):
            batch.read.append(one)
        else:
            batch.unreadable.append(one)
    return batch


def _read(topic: Subscription, message: Message) -> Read | Unreadable:
    envelope = None
    try:
        envelope = open_envelope(message.value)
        handles = topic.events.get(envelope.type)
        event = None if handles is None else read_data(envelope, handles.decoder)
    except UnreadableEvent as fault:
        return Unreadable(message, envelope, str(fault))
    return Read(message, envelope, event)
