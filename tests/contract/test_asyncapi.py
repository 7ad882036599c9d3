"""asyncapi.yaml is complete: each event travels on one channel, and somebody hears it."""

from pathlib import Path

import pytest

from tests.contract import samples

CHANNELS = samples.asyncapi()["channels"]
SAID_TYPES = {name for one in samples.operations("send") for name in one.event_types}


def _topic_of(event_type: str) -> str:
    (topic,) = {
        one.channel
        for one in samples.operations("send")
        if event_type in one.event_types and not one.channel.endswith("-parked")
    }
    return topic


def test_the_map_names_every_event_and_no_other() -> None:
    """INVARIANT: a schema without a speaker is dead, an event without a schema is unchecked."""
    assert set(samples.EVENT_TYPES) == SAID_TYPES


@pytest.mark.parametrize("channel", CHANNELS)
def test_one_service_says_what_a_channel_carries(channel: str) -> None:
    """INVARIANT: one writer a topic, or the versions of its aggregates would have two sources."""
    (writer,) = (one for one in samples.operations("send") if one.channel == channel)
    declared = {key.replace("_", ".", 1) for key in CHANNELS[channel]["messages"]}
    assert writer.event_types == declared


@pytest.mark.parametrize("channel", CHANNELS)
def test_somebody_hears_each_channel(channel: str) -> None:
    """Parked messages are for operators; every other channel has a reader."""
    readers = [one for one in samples.operations("receive") if one.channel == channel]
    assert readers or channel.endswith("-parked")


@pytest.mark.parametrize("channel", CHANNELS)
def test_channel_says_how_its_topic_is_made(channel: str) -> None:
    """Twelve partitions, one for parked messages; snapshots are compacted, the rest expires."""
    declared = CHANNELS[channel]
    kafka = declared["bindings"]["kafka"]
    assert declared["address"] == kafka["topic"] == channel
    assert kafka["partitions"] == (1 if channel.endswith("-parked") else 12)
    policy = kafka["topicConfiguration"]["cleanup.policy"]
    assert policy == (["compact"] if declared["x-snapshots"] else ["delete"])


def test_every_consumer_group_has_its_parked_topic() -> None:
    """What a consumer sets aside is announced on `<group>-parked`."""
    groups = {one.group for one in samples.operations("receive") if one.group}
    assert {f"{group}-parked" for group in groups} == {
        channel for channel in CHANNELS if channel.endswith("-parked")
    }


@pytest.mark.parametrize("name", samples.asyncapi()["operations"])
def test_operation_is_named_by_who_and_what(name: str) -> None:
    """`<service>_says_<channel>` and `<service>_hears_<channel>`."""
    declared = samples.asyncapi()["operations"][name]
    verb = {"send": "says", "receive": "hears"}[declared["action"]]
    channel = declared["channel"]["$ref"].rsplit("/", 1)[1].replace("-", "_")
    assert name == f"{declared['tags'][0]['name']}_{verb}_{channel}"


@pytest.mark.parametrize("path", samples.all_samples("valid"), ids=samples.title)
def test_aggregate_of_a_sample_is_the_one_the_map_names(path: Path) -> None:
    """The envelope's aggregate_id repeats the field that the channel calls its aggregate."""
    message = samples.read(path)
    if message["type"] == "message.parked":
        return
    field = CHANNELS[_topic_of(message["type"])]["x-aggregate-id"]
    assert message["aggregate_id"] == message["data"][field]


def test_references_of_the_map_lead_somewhere() -> None:
    """Every schema that a message refers to is a file."""
    for message in samples.asyncapi()["components"]["messages"].values():
        envelope, data = message["payload"]["allOf"]
        for reference in (envelope["$ref"], data["properties"]["data"]["$ref"]):
            assert (samples.CONTRACTS / reference).is_file(), reference
        assert data["properties"]["type"]["const"] == message["name"]
