"""Loads what depends on the purchases of a batch: rules, their budgets, bonuses, friends."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from services.bonus_status.domain import Bonus, ConversionStatus, Source, Status
from services.bonus_status.schemas import ConversionView
from services.bonus_status.sources import campaigns
from services.bonus_status.sources.budgets import Budgets
from services.bonus_status.sources.dependents import Friend
from services.bonus_status.sources.rules import Rule, gift_id
from services.bonus_status.store import heard, ledger
from services.bonus_status.store.sources import invitations, rules
from services.bonus_status.store.sources.invitations import Invitation, share_of

_FALLS = {ConversionStatus.DECLINED, ConversionStatus.RETURNED}
_DEPENDENT = (Source.CAMPAIGN, Source.FIRST_PURCHASE, Source.INVITATION)


@dataclass(slots=True)
class Followers:
    """The rules of one batch, their budgets, and who depends on what."""

    rules: Sequence[Rule] = ()
    budgets: Budgets = field(default_factory=lambda: Budgets([]))
    groups: Mapping[str, str] = field(default_factory=dict)
    friends: dict[str, tuple[Invitation, Friend]] = field(default_factory=dict)
    campaigns_of: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    first_of: dict[str, str] = field(default_factory=dict)

    def remember(self, bonuses: Iterable[Bonus]) -> None:
        """Note which bonuses depend on which purchases and members."""
        for bonus in bonuses:
            if bonus.source is Source.CAMPAIGN and bonus.follows is not None:
                self.campaigns_of[bonus.follows].append(bonus.bonus_id)
            elif bonus.source is Source.FIRST_PURCHASE:
                self.first_of[bonus.member_id] = bonus.bonus_id


def bonuses_that_depend(
    connection: Connection, batch: Sequence[ConversionView], later: set[str], friends: Iterable[str]
) -> list[Bonus]:
    """Load what depends on the batch's purchases, and what that may come to depend on instead."""
    found = [
        *ledger.followers(connection, later),
        *ledger.fallen_first_purchases(connection, {one.member_id for one in batch}),
        *ledger.bonuses_by_id(connection, [gift_id(Source.INVITATION, one) for one in friends]),
    ]
    falling = {one.member_id for one in batch if one.status in _FALLS}
    changing = {
        one.member_id
        for one in found
        if one.source is Source.FIRST_PURCHASE
        and (one.status is Status.REJECTED or one.member_id in falling)
    }
    return [*found, *ledger.standing_purchases(connection, changing)]


def prepare(
    connection: Connection,
    batch: Sequence[ConversionView],
    known: Sequence[Bonus],
    invited: Sequence[Invitation],
    sources: Sequence[Source] = _DEPENDENT,
) -> Followers:
    """Load the rules, what is left of them, and the friends' purchases.

    `known`: the batch's purchases that are there already, and what depends on them.
    """
    current = rules.current(connection, sources)
    named = {(one.rule_id, one.rule_version) for one in known if one.rule_id}
    missing = named - {(one.rule_id, one.version) for one in current}
    older = rules.versions(connection, {(a, b) for a, b in missing if a and b})
    groups: Mapping[str, str] = {}
    if any(one.source is Source.CAMPAIGN for one in current):
        groups = heard.groups(connection, {one.store_id for one in batch})
    released = [one for one in invited if not one.is_held]
    counted = invitations.friends(connection, {one.friend_id for one in released})
    used = [*(one for one in current if one.is_on), *older]
    used += [one for one in current if not one.is_on and (one.rule_id, one.version) in named]
    shares = _shares(used, batch, known) | {
        (rule.rule_id, share_of(one.inviter_id))
        for one in released
        for rule in used
        if rule.source is Source.INVITATION
    }
    followers = Followers(
        current,
        rules.budgets(connection, used, shares),
        groups,
        {one.friend_id: (one, counted[one.friend_id]) for one in released},
    )
    followers.remember(known)
    return followers


def _shares(
    used: Iterable[Rule], batch: Sequence[ConversionView], known: Iterable[Bonus]
) -> set[tuple[str, str]]:
    """Answer the shares that the batch's purchases count in.

    A purchase that is known stays in the order, store and month in which it was opened, whatever
    its store says of them now.
    """
    orders = {(one.member_id, one.store_id, one.order_id, one.ordered_at) for one in batch}
    orders |= {
        (one.member_id, one.store_id, one.order_id, one.ordered_at)
        for one in known
        if one.store_id and one.order_id and one.ordered_at
    }
    return {
        (rule.rule_id, share)
        for rule in used
        if rule.source is Source.CAMPAIGN
        for order in orders
        for share in campaigns.caps(rule.settings, *order)
    }
