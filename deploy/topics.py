"""Makes the Kafka topics that contracts/asyncapi.yaml describes: the only list of them."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from shared.readers import CONTRACT


def described(contract: Path = CONTRACT) -> dict[str, tuple[int, dict[str, str]]]:
    """Answer the topics as the contract has them: name → (partitions, configuration)."""
    channels = yaml.safe_load(contract.read_text(encoding="utf-8"))["channels"]
    topics = {}
    for channel in channels.values():
        kafka = channel["bindings"]["kafka"]
        settings = kafka.get("topicConfiguration", {})
        topics[channel["address"]] = (kafka["partitions"], _as_settings(settings))
    return topics


def create(bootstrap: str) -> list[str]:
    """Make those that are missing; answer their names."""
    # Here, not above: who only reads the list need not load what speaks Kafka's protocol.
    from shared.kafka import create_topics  # noqa: PLC0415

    return create_topics(bootstrap, described())


def main() -> None:
    """Make the topics on the Kafka of KAFKA_BOOTSTRAP."""
    made = create(os.environ["KAFKA_BOOTSTRAP"])
    sys.stdout.write(f"topics made: {', '.join(made) or 'none, all were there'}\n")


def _as_settings(settings: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: ",".join(value) if isinstance(value, list) else str(value)
        for name, value in settings.items()
    }


if __name__ == "__main__":
    main()
