"""How far services lag behind what was said: asked of Kafka, so that a dead service shows too."""

from collections.abc import Mapping

from shared.http_client import CallFailed
from shared.kafka import KafkaError, lag_of
from shared.readers import readers


def unread(bootstrap: str, group: str) -> Mapping[str, int]:
    """Answer the messages that a service has not read yet, by topic; raises CallFailed."""
    try:
        return lag_of(bootstrap, group, readers()[group])
    except KafkaError as fault:
        message = f"Kafka does not answer: {fault}"
        raise CallFailed(message) from fault
