"""Points that are of no purchase: a promo code is redeemed, and a friend is invited who buys."""

import secrets
from typing import Any

from deploy.demo.actors import Member
from deploy.demo.cast import make_member
from deploy.demo.purchases import GROCERIES, Scene

_PROMO_POINTS = 250
_FRIEND_POINTS, _FRIENDS_IN_ALL = 200, 1_000
_FRIEND_RUBLES = 1_000


def tell(scene: Scene) -> None:
    """Let Member 3 redeem a code and invite a friend."""
    scene.narrator.chapter("A promo code and an invitation")
    _redeems(scene)
    _invites(scene)


def _redeems(scene: Scene) -> None:
    code = f"DEMO-{secrets.token_hex(4).upper()}"
    scene.clerk.makes_promo_code(code, _PROMO_POINTS)
    before = _accrued(scene.third)
    status, answer = scene.third.redeem(code)
    scene.narrator.expect(f"Member 3 redeems {code}", (status, answer.get("amount")), (200, 250))
    again = scene.third.redeem(code)
    scene.narrator.expect("twice is once: the same bonus", again, (status, answer))
    other, refused = scene.first.redeem(code)
    says = "Member 1 comes too late for it, and reads what a wrong code reads"
    scene.narrator.expect(says, (other, refused["code"]), (422, "no_such_code"))
    scene.narrator.await_(
        f"{_PROMO_POINTS} points are there at once",
        lambda: _accrued(scene.third) - before,
        _PROMO_POINTS,
    )


def _invites(scene: Scene) -> None:
    inviter = scene.third
    given = sum(one["amount"] for one in _invitations(inviter))
    expected = min(_FRIEND_POINTS, _FRIENDS_IN_ALL - given)
    made = make_member(scene.clerk.system, "ru", invited_by=inviter.member_id)
    friend = Member(scene.clerk.system, "A friend", made["id"], made["phone"], made["cookie"])
    order = scene.shop.sell(GROCERIES, friend.go_to(GROCERIES), _FRIEND_RUBLES * 100)
    scene.narrator.await_(
        f"Member 3 invited a friend, who buys: {expected} points wait for the store",
        lambda: sum(one["amount"] for one in _invitations(inviter) if one["status"] == "pending"),
        expected,
    )
    scene.shop.does("approve", order)
    scene.narrator.await_(
        "and are confirmed with the friend's purchase",
        lambda: sum(one["amount"] for one in _invitations(inviter) if one["status"] == "accrued"),
        given + expected,
    )


def _accrued(member: Member) -> int:
    return member.balance()["accrued"]


def _invitations(member: Member) -> list[dict[str, Any]]:
    return [one for one in member.bonuses() if one["source"] == "invitation"]
