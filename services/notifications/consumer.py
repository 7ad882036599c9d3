"""What notifications listens to: topic, event type, its own view of the event, the handler."""

from services.notifications import handlers
from services.notifications.handlers import (
    BonusChanged,
    CertificateReissued,
    ClaimChanged,
    MemberChanged,
    PayoutCompleted,
    PayoutDeclined,
    PointsReturned,
    RelativeChanged,
    StoreChanged,
)
from services.notifications.letters import LetterWritten, send_letters
from shared.subscriptions import Handles, Subscription

GROUP = "notifications"
SUBSCRIPTIONS = (
    Subscription(
        "members",
        {"member.changed": Handles(MemberChanged, handlers.note_members)},
        snapshots=True,
    ),
    Subscription(
        "relatives",
        {"relative.changed": Handles(RelativeChanged, handlers.ask_relatives)},
        snapshots=True,
    ),
    Subscription("letters", {"letter.written": Handles(LetterWritten, send_letters)}),
    Subscription(
        "stores",
        {"store.changed": Handles(StoreChanged, handlers.note_stores)},
        snapshots=True,
    ),
    Subscription(
        "bonuses",
        {
            "bonus.changed": Handles(BonusChanged, handlers.tell_of_bonuses),
            "points.returned": Handles(PointsReturned, handlers.tell_of_returned),
        },
    ),
    Subscription("claims", {"claim.changed": Handles(ClaimChanged, handlers.tell_of_claims)}),
    Subscription(
        "certificates",
        {"certificate.reissued": Handles(CertificateReissued, handlers.tell_of_reissued)},
    ),
    Subscription(
        "payouts",
        {
            "payout.completed": Handles(PayoutCompleted, handlers.tell_of_completed),
            "payout.declined": Handles(PayoutDeclined, handlers.tell_of_declined),
        },
    ),
)
