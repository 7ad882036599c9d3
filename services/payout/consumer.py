"""What payout listens to: topic, event type, its own view of the event, the handler of a batch."""

from services.payout import handlers
from services.payout.handlers import BonusChanged, MemberChanged, PointsMoved, RelativeChanged
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
    Subscription(
        "relatives",
        {"relative.changed": Handles(RelativeChanged, handlers.note_relatives)},
        snapshots=True,
    ),
)
