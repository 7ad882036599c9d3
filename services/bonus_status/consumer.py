"""What this service hears: topic → event type → its view of the event, handler of a batch."""

from operator import attrgetter

from services.bonus_status.handlers.claims import hear_answers
from services.bonus_status.handlers.conversions import apply_conversions
from services.bonus_status.handlers.heard import keep_clicks, keep_stores
from services.bonus_status.handlers.members import keep_members
from services.bonus_status.handlers.noted import noted
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
# Clicks and answers to claims move no points: the order in which they came is not noted.
SUBSCRIPTIONS = (
    Subscription(
        "conversions",
        {"conversion.changed": Handles(ConversionView, noted("conversions", apply_conversions))},
        lane_of=attrgetter("member_id"),
    ),
    Subscription("claim-answers", {"claim.answered": Handles(ClaimAnsweredView, hear_answers)}),
    Subscription(
        "stores",
        {"store.changed": Handles(StoreView, noted("stores", keep_stores, alone=True))},
        snapshots=True,
    ),
    Subscription("clicks", {"click.recorded": Handles(ClickView, keep_clicks)}),
    Subscription(
        "members",
        {"member.changed": Handles(MemberView, noted("members", keep_members, alone=True))},
        snapshots=True,
    ),
    Subscription(
        "payouts",
        {
            "payout.requested": Handles(PayoutRequestedView, noted("payouts", reserve_points)),
            "payout.completed": Handles(PayoutEndedView, noted("payouts", write_points_off)),
            "payout.declined": Handles(PayoutEndedView, noted("payouts", release_points)),
            "payout.reversed": Handles(PayoutEndedView, noted("payouts", return_points)),
        },
    ),
)
