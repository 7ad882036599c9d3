"""What this service hears: topic → event type → its view of the event, handler of a batch."""

from operator import attrgetter

from services.bonus_status.handlers.claims import hear_answers
from services.bonus_status.handlers.conversions import apply_conversions
from services.bonus_status.handlers.heard import keep_clicks, keep_stores
from services.bonus_status.handlers.members import keep_members
from services.bonus_status.handlers.payouts import (
    release_points,
    reserve_points,
    return_points,
    write_points_off,
)
from services.bonus_status.schemas import (
    ClaimAnsweredView,
    ClickView,
    ConversionView,
    MemberView,
    PayoutEndedView,
    PayoutRequestedView,
    StoreView,
)
from shared.subscriptions import Handles, Subscription

GROUP = "bonus-status"
SUBSCRIPTIONS = (
    Subscription(
        "conversions",
        {"conversion.changed": Handles(ConversionView, apply_conversions)},
        lane_of=attrgetter("member_id"),
    ),
    Subscription("claim-answers", {"claim.answered": Handles(ClaimAnsweredView, hear_answers)}),
    Subscription("stores", {"store.changed": Handles(StoreView, keep_stores)}, snapshots=True),
    Subscription("clicks", {"click.recorded": Handles(ClickView, keep_clicks)}),
    Subscription("members", {"member.changed": Handles(MemberView, keep_members)}, snapshots=True),
    Subscription(
        "payouts",
        {
            "payout.requested": Handles(PayoutRequestedView, reserve_points),
            "payout.completed": Handles(PayoutEndedView, write_points_off),
            "payout.declined": Handles(PayoutEndedView, release_points),
            "payout.reversed": Handles(PayoutEndedView, return_points),
        },
    ),
)
