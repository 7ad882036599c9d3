"""A reader to which its group gives nothing begins again instead of looking healthy for ever."""

from collections.abc import Iterator
from itertools import count

import pytest

from shared import worker
from shared.kafka import TopicPartition


class Reader:
    """A consumer, as far as its place in the group goes."""

    def __init__(self, partitions: set[TopicPartition]) -> None:
        self.partitions = partitions

    def assignment(self) -> set[TopicPartition]:
        return self.partitions


@pytest.fixture
def _ten_seconds_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    clock: Iterator[int] = count(step=10)
    monkeypatch.setattr(worker.time, "monotonic", lambda: float(next(clock)))


@pytest.mark.usefixtures("_ten_seconds_a_look")
def test_a_reader_without_partitions_gives_up_after_half_a_minute() -> None:
    place, reader = worker.Place(), Reader(set())
    for _ in range(3):
        place.check(reader)
    with pytest.raises(worker.NoPartitions):
        place.check(reader)


@pytest.mark.usefixtures("_ten_seconds_a_look")
def test_a_reader_that_has_partitions_now_and_then_goes_on() -> None:
    place, reader = worker.Place(), Reader(set())
    for _ in range(10):
        reader.partitions = set()
        place.check(reader)
        reader.partitions = {TopicPartition("clicks", 0)}
        place.check(reader)
