"""What depends on purchases follows them: campaigns, first purchases, invitations of friends.

All of it is loaded once a batch and moved message by message in the books of that batch, so that
neither the size of a batch nor a redelivery changes the outcome.
"""

from typing import NamedTuple

from msgspec.structs import replace

from services.bonus_status.books import Books, Cause
from services.bonus_status.domain import Bonus, Source, Status
from services.bonus_status.sources import campaigns
from services.bonus_status.sources.dependents import Friend, followed, status_with
from services.bonus_status.sources.gifts import Gift, give
from services.bonus_status.sources.rules import Rule, gift_id, in_force
from services.bonus_status.store.sources.followers import Followers
from services.bonus_status.store.sources.invitations import Invitation, share_of
from services.bonus_status.terms import Rate


class Moved(NamedTuple):
    """A purchase before and after its store said something; `rate`: what its terms give."""

    before: Bonus | None
    after: Bonus
    rate: Rate


def follow_purchase(books: Books, followers: Followers, moved: Moved, cause: Cause) -> None:
    """Bring all that depends on a purchase to where the purchase is now."""
    cause = replace(cause, key=f"{moved.after.bonus_id}:{cause.key}")
    _follow_with_campaigns(books, followers, moved, cause)
    _follow_with_first(books, followers, moved.after, cause)
    invited = followers.friends.get(moved.after.member_id)
    if invited is not None:
        invited[1].note(moved.before, moved.after)
        # The inviter reads the postings of his bonus in its proof: the friend's purchase, and the
        # partner's receipt of it, are none of his business.
        hidden = replace(cause, key=f"friend:{cause.event_id}", receipt_id=None)
        follow_friend(books, followers, *invited, hidden)


def _follow_with_campaigns(books: Books, followers: Followers, moved: Moved, cause: Cause) -> None:
    purchase = moved.after
    if moved.before is not None:
        for bonus_id in followers.campaigns_of.get(purchase.bonus_id, ()):
            rule = _rule_of(followers, books.bonuses[bonus_id])
            give(books, followers.budgets, _added(rule, moved), cause)
        return
    for rule in followers.rules:
        if rule.source is Source.CAMPAIGN and _reaches(rule, followers, purchase):
            opened = give(books, followers.budgets, _added(rule, moved), cause)
            followers.remember([opened] if opened else [])


def _added(rule: Rule, moved: Moved) -> Gift:
    purchase = moved.after
    assert purchase.purchase is not None
    return Gift(
        gift_id(Source.CAMPAIGN, rule.rule_id, purchase.bonus_id),
        purchase.member_id,
        rule,
        campaigns.campaign_worth(rule.settings, moved.rate, purchase.purchase),
        status_with(purchase),
        follows=purchase.bonus_id,
        caps=_caps(rule, purchase),
    )


def _follow_with_first(books: Books, followers: Followers, purchase: Bonus, cause: Cause) -> None:
    member_id = purchase.member_id
    account = books.accounts[member_id]
    assert purchase.clicked_at is not None
    if account.first_purchase_id is None:
        account.first_purchase_id = purchase.bonus_id
        rule = in_force(followers.rules, Source.FIRST_PURCHASE, purchase.clicked_at)
        if rule is not None and not account.was_here_before:
            bonus_id = gift_id(Source.FIRST_PURCHASE, member_id)
            gift = _first(rule, bonus_id, member_id, purchase, purchase.bonus_id)
            opened = give(books, followers.budgets, gift, cause)
            followers.remember([opened] if opened else [])
        return
    bonus = books.bonuses.get(followers.first_of.get(member_id, ""))
    if bonus is None:
        return
    if bonus.status is Status.REJECTED or bonus.follows == purchase.bonus_id:
        purchases = [one for one in books.of_member(member_id) if one.source is Source.PURCHASE]
        now = followed(bonus.follows, purchases)
        follows = bonus.follows if now is None else now.bonus_id
        gift = _first(_rule_of(followers, bonus), bonus.bonus_id, member_id, now, follows)
        give(books, followers.budgets, gift, cause)


def _first(
    rule: Rule, bonus_id: str, member_id: str, purchase: Bonus | None, follows: str | None
) -> Gift:
    amount, standing = rule.settings.amount, status_with(purchase)
    return Gift(bonus_id, member_id, rule, amount, standing, follows=follows)


def follow_friend(
    books: Books, followers: Followers, invitation: Invitation, friend: Friend, cause: Cause
) -> None:
    """Bring the bonus for an invitation to where the friend's purchases are now."""
    bonus_id = gift_id(Source.INVITATION, invitation.friend_id)
    bonus = books.bonuses.get(bonus_id)
    if bonus is None and friend.status() is Status.REJECTED:
        return
    rule = in_force(followers.rules, Source.INVITATION, invitation.joined_at)
    if bonus is not None:
        rule = _rule_of(followers, bonus)
    if rule is not None:
        most = rule.settings.most_a_member
        caps = {} if most is None else {share_of(invitation.inviter_id): most}
        amount, standing = rule.settings.amount, friend.status()
        gift = Gift(bonus_id, invitation.inviter_id, rule, amount, standing, caps=caps)
        give(books, followers.budgets, gift, cause)


def _rule_of(followers: Followers, bonus: Bonus) -> Rule:
    assert bonus.rule_id is not None
    assert bonus.rule_version is not None
    return followers.budgets.rules[bonus.rule_id, bonus.rule_version]


def _reaches(rule: Rule, followers: Followers, purchase: Bonus) -> bool:
    assert purchase.clicked_at is not None
    assert purchase.store_id is not None
    group = followers.groups.get(purchase.store_id, "")
    store_id, category = purchase.store_id, purchase.category
    return campaigns.reaches(rule, purchase.clicked_at, store_id, group, category)


def _caps(rule: Rule, purchase: Bonus) -> dict[str, int]:
    assert purchase.store_id is not None
    assert purchase.ordered_at is not None
    order_id = purchase.order_id or purchase.bonus_id
    settings, ordered_at = rule.settings, purchase.ordered_at
    return campaigns.caps(settings, purchase.member_id, purchase.store_id, order_id, ordered_at)
