"""Kafka as the services use it: the only importer of kafka-python, its biting defaults changed.

Consumers take bytes and no deserializer (one raising record would stop the poll loop for ever),
start at the earliest offset (the inbox makes old messages harmless, a skipped one is lost money)
and have a fixed place in their group, so that a killed process comes back to its partitions at
once.
"""

from collections.abc import Iterator, Mapping, Sequence

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from kafka.errors import (
    CommitFailedError,
    KafkaError,
    TopicAlreadyExistsError,
    UnknownTopicOrPartitionError,
)
from kafka.structs import OffsetAndMetadata

__all__ = [
    "CommitFailedError",
    "KafkaAdminClient",
    "KafkaConsumer",
    "KafkaError",
    "KafkaProducer",
    "TopicPartition",
    "commit_up_to",
    "create_topics",
    "ends_of",
    "has_read",
    "lag_of",
    "make_consumer",
    "make_producer",
    "read_whole_topic",
]

_BATCH_BYTES = 64 * 1024
_BLOCK_MS = 3_000
# Who waits for a broker can be told to stop meanwhile, and is not killed for being slow.
_BOOTSTRAP_MS = 5_000
_SESSION_MS = 45_000
# A topic that is made after its reader started is found this soon (the default: five minutes).
_METADATA_MS = 5_000
_TOPICS_MS = 60_000
# How long a broker that has nothing new holds an answer back; what comes in ends it at once.
_FETCH_MS = 2_000
# Then it is tried again: whoever reads must not seem to hang while the brokers are away.
_COMMIT_MS = 5_000


def make_producer(bootstrap: str) -> KafkaProducer:
    """Answer an idempotent producer that waits for all replicas; make it after a fork."""
    return KafkaProducer(
        bootstrap_servers=bootstrap.split(","),
        acks="all",
        enable_idempotence=True,
        linger_ms=5,
        batch_size=_BATCH_BYTES,
        max_block_ms=_BLOCK_MS,
        bootstrap_timeout_ms=_BOOTSTRAP_MS,
        delivery_timeout_ms=30_000,
        request_timeout_ms=10_000,
        reconnect_backoff_max_ms=1_000,
        allow_auto_create_topics=False,
    )


def make_consumer(
    bootstrap: str, group: str, topics: Sequence[str], *, instance: str = "0", batch: int = 1_000
) -> KafkaConsumer:
    """Answer a consumer that commits by hand; `instance` names this process in the group."""
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap.split(","),
        group_id=group,
        group_instance_id=f"{group}-{instance}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_poll_records=batch,
        fetch_max_wait_ms=_FETCH_MS,
        bootstrap_timeout_ms=_BOOTSTRAP_MS,
        metadata_max_age_ms=_METADATA_MS,
        session_timeout_ms=_SESSION_MS,
        reconnect_backoff_max_ms=1_000,
        allow_auto_create_topics=False,
    )
    consumer.subscribe(list(topics))
    return consumer


def commit_up_to(consumer: KafkaConsumer, next_offsets: Mapping[TopicPartition, int]) -> None:
    """Commit the offsets to read next.

    Raises CommitFailedError when the group has moved on, KafkaError when it may be tried again.
    """
    consumer.commit(
        {where: OffsetAndMetadata(offset, "", -1) for where, offset in next_offsets.items()},
        timeout_ms=_COMMIT_MS,
    )


def read_whole_topic(bootstrap: str, topic: str) -> Iterator[tuple[bytes, bytes] | None]:
    """Follow a compacted topic from its beginning, without a group: (key, value), for ever.

    Yields None whenever everything that was there has been read, so that a caller knows it is up to
    date. Raises KafkaError when the brokers are away or the topic is not there yet.
    """
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap.split(","),
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        reconnect_backoff_max_ms=1_000,
        allow_auto_create_topics=False,
    )
    try:
        partitions = sorted(consumer.partitions_for_topic(topic) or ())
        if not partitions:
            raise UnknownTopicOrPartitionError(topic)
        places = [TopicPartition(topic, partition) for partition in partitions]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        while True:
            for records in consumer.poll(timeout_ms=1_000).values():
                yield from ((record.key, record.value) for record in records)
            ends = consumer.end_offsets(places)
            if all(consumer.position(place) >= ends[place] for place in places):
                yield None
    finally:
        consumer.close()


def create_topics(
    bootstrap: str, topics: Mapping[str, tuple[int, Mapping[str, str]]], *, replicas: int = 1
) -> list[str]:
    """Make missing topics, name → (partitions, configuration); answers the new names."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap.split(","))
    made = []
    try:
        for name, (partitions, settings) in topics.items():
            new = NewTopic(name, partitions, replicas, topic_configs=dict(settings))
            try:
                admin.create_topics([new])
            except TopicAlreadyExistsError:
                continue
            made.append(name)
        # Accepted is not yet seen: who subscribed before would be given no partitions.
        admin.wait_for_topics(made, timeout_ms=_TOPICS_MS)
    finally:
        admin.close()
    return made


def lag_of(bootstrap: str, group: str, topics: Sequence[str]) -> dict[str, int]:
    """Answer, for each topic, how many messages the group has not committed yet."""
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap.split(","), group_id=group, enable_auto_commit=False
    )
    try:
        return {topic: _lag(consumer, topic) for topic in topics}
    finally:
        consumer.close()


def _lag(consumer: KafkaConsumer, topic: str) -> int:
    places = [TopicPartition(topic, one) for one in consumer.partitions_for_topic(topic) or ()]
    starts, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
    # A compacted topic may begin after the committed offset: what is gone needs no reading.
    return sum(ends[one] - max(consumer.committed(one) or 0, starts[one]) for one in places)


def ends_of(bootstrap: str, topics: Sequence[str]) -> dict[TopicPartition, int]:
    """Answer where each partition of the topics ends now."""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap.split(","), enable_auto_commit=False)
    try:
        places = [
            TopicPartition(topic, one)
            for topic in topics
            for one in consumer.partitions_for_topic(topic) or ()
        ]
        return dict(consumer.end_offsets(places))
    finally:
        consumer.close()


def has_read(bootstrap: str, group: str, ends: Mapping[TopicPartition, int]) -> bool:
    """Tell whether the group has committed everything before those ends."""
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap.split(","), group_id=group, enable_auto_commit=False
    )
    try:
        starts = consumer.beginning_offsets(list(ends))
        return all(
            max(consumer.committed(place) or 0, starts[place]) >= end for place, end in ends.items()
        )
    finally:
        consumer.close()
