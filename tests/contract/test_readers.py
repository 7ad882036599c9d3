"""Every declared reader reads every valid sample, and the code hears exactly what the map says."""

import importlib
from typing import Any

import msgspec
import pytest

from services.click_tracking.consumer import HEARS
from shared.events import open_envelope, read_data
from shared.subscriptions import Subscription
from tests.contract import samples

# click_tracking keeps stores in memory without a consumer group: its own test is below.
READERS = sorted({one.service for one in samples.operations("receive") if one.group})


def _subscriptions(service: str) -> list[Subscription]:
    return list(importlib.import_module(f"services.{service}.consumer").SUBSCRIPTIONS)


@pytest.mark.parametrize("service", READERS)
def test_the_code_hears_what_the_map_says(service: str) -> None:
    """INVARIANT: no topic is heard that the map does not show, none is shown and not heard."""
    declared = {
        (one.channel, one.event_types, one.snapshots)
        for one in samples.operations("receive")
        if one.service == service
    }
    in_code = {(one.topic, frozenset(one.events), one.snapshots) for one in _subscriptions(service)}
    assert in_code == declared


def _pairs() -> list[tuple[str, str]]:
    return [
        (one.service, event_type)
        for one in samples.operations("receive")
        if one.group
        for event_type in sorted(one.event_types)
    ]


@pytest.mark.parametrize(("service", "event_type"), _pairs())
def test_reader_reads_every_valid_sample(service: str, event_type: str) -> None:
    """INVARIANT: a message that was ever valid can be read for ever. A narrower view breaks it."""
    view = _view(service, event_type)
    for path in samples.sample_paths(event_type, "valid"):
        received = read_data(open_envelope(path.read_bytes()), view)
        assert received.type == event_type


def _view(service: str, event_type: str) -> Any:
    (handles,) = (
        one.events[event_type] for one in _subscriptions(service) if event_type in one.events
    )
    return handles.decoder


def test_click_tracking_hears_what_the_map_says() -> None:
    """The stores, without a group: its whole table is read again at each start."""
    (declared,) = (one for one in samples.operations("receive") if one.service == "click_tracking")
    assert declared.group is None
    assert {topic: frozenset(views) for topic, views in HEARS.items()} == {
        declared.channel: declared.event_types
    }


@pytest.mark.parametrize("event_type", HEARS["stores"])
def test_click_tracking_reads_every_valid_sample(event_type: str) -> None:
    """INVARIANT: a store that was ever told can be redirected to."""
    view = msgspec.json.Decoder(HEARS["stores"][event_type])
    for path in samples.sample_paths(event_type, "valid"):
        assert read_data(open_envelope(path.read_bytes()), view).type == event_type
