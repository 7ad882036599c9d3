"""Campaigns: "double in week 48", "+5 % in group travel": a bonus beside that of a purchase.

It follows its purchase in amount and status, by the version of the rule that opened it. It opens
with the first report of a purchase whose click lay within the campaign's validity, if anything is
left of the campaign then; later campaigns and later categories change nothing. So a purchase whose
first report is worth nothing (nothing paid yet, or excluded goods) opens none, and gets none when a
later report is worth something.
"""

from datetime import datetime

from msgspec.structs import replace

from services.bonus_status.sources.rules import Rule, Settings
from services.bonus_status.terms import Purchase, Rate, worth
from shared.months import month_at


def reaches(
    rule: Rule, clicked_at: datetime, store_id: str, group: str, category: str | None
) -> bool:
    """Tell whether a campaign counts for a purchase; where none are named: for all of them."""
    settings = rule.settings
    return (
        rule.in_force(clicked_at)
        and (not settings.stores or store_id in settings.stores)
        and (not settings.groups or group in settings.groups)
        and (not settings.categories or category in settings.categories)
    )


def campaign_worth(settings: Settings, rate: Rate, purchase: Purchase) -> int:
    """Answer what a campaign adds to a purchase: one division, rounded down once, before any cap.

    `times` multiplies the store's own rate, `basis_points` are a percentage of what was paid; what
    the store's terms exclude earns nothing here either. Example: 1 099.00 RUB at 7 % is 76 points
    (76.93 rounded down); "double" adds 76, "triple" adds 153 (153.86), "+5 %" adds 54 (54.95).
    """
    if settings.basis_points is not None:
        percent = Rate(None, "percent", settings.basis_points, excluded=rate.excluded)
        return worth(percent, purchase)
    more = (settings.times or 1) - 1
    scaled = replace(
        rate, basis_points=(rate.basis_points or 0) * more, rubles=(rate.rubles or 0) * more
    )
    return worth(scaled, purchase)


def caps(
    settings: Settings, member_id: str, store_id: str, order_id: str, ordered_at: datetime
) -> dict[str, int]:
    """Answer the shares of a campaign that a purchase counts in: its order, its store and month.

    The month is Moscow's at the order. Example: with 500 points an order, lines that should add 400
    and 300 get 400 and 100; with a line's return the other one can get more when it is amended.
    """
    found = {}
    if settings.most_an_order is not None:
        found[f"order:{member_id}:{store_id}:{order_id}"] = settings.most_an_order
    if settings.most_a_store_and_month is not None:
        found[f"store:{store_id}:{month_at(ordered_at)}"] = settings.most_a_store_and_month
    return found
