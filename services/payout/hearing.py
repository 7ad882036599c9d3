"""Whether a plan may begin: all that was said before it has been read here, or parked.

Without it a run begun while the consumer lags would pass members over whose points are on their
way. Kafka knows how far the consumer has come; what it could not apply counts as read and waits
parked, so the run's answer tells how much that is.
"""

from collections.abc import Mapping

from services.payout.consumer import GROUP, SUBSCRIPTIONS
from shared.kafka import TopicPartition, ends_of, has_read


class Hearing:
    """Remembers, for each run, how far the topics went when its planner first asked."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._ends: dict[str, Mapping[TopicPartition, int]] = {}

    def has_caught_up(self, month: str) -> bool:
        """Tell whether all that was there at the first question of a month is read or parked.

        Raises KafkaError when Kafka does not answer.
        """
        if month not in self._ends:
            self._ends[month] = ends_of(self._bootstrap, [one.topic for one in SUBSCRIPTIONS])
        return has_read(self._bootstrap, GROUP, self._ends[month])
