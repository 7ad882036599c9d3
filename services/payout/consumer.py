"""What payout listens to: topic, event type, its own view of the event, the handler of a batch."""

from collections.abc import Mapping

from services.payout import handlers
from services.payout.handlers import BonusChanged, MemberChanged, PointsMoved
from shared.kafka import TopicPartition, ends_of, has_read
from shared.subscriptions import Handles, Subscription

GROUP = "payout"
SUBSCRIPTIONS = (
    Subscription(
        "bonuses",
        {
            "bonus.changed": Handles(BonusChanged, handlers.note_bonuses),
            "points.reserved": Handles(PointsMoved, handlers.note_reserved),
            "points.refused": Handles(PointsMoved, handlers.note_refused),
            "points.written_off": Handles(PointsMoved, handlers.note_written_off),
            "points.released": Handles(PointsMoved, handlers.note_released),
            "points.returned": Handles(PointsMoved, handlers.note_returned),
        },
    ),
    Subscription(
        "members",
        {"member.changed": Handles(MemberChanged, handlers.note_members)},
        snapshots=True,
    ),
)


class Hearing:
    """Tells a planner when all that had been said when it first asked has been applied here.

    Without it a run begun while this consumer lags would pass members over whose points are on
    their way.
    """

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._ends: dict[str, Mapping[TopicPartition, int]] = {}

    def is_complete(self, month: str) -> bool:
        """Ask for a run's month; raises KafkaError when Kafka does not answer."""
        if month not in self._ends:
            self._ends[month] = ends_of(self._bootstrap, [one.topic for one in SUBSCRIPTIONS])
        return has_read(self._bootstrap, GROUP, self._ends[month])
