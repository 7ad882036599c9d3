"""All that the operator gives beside purchases, in plain Python: gifts, codes, corrections.

Gifts are brought to where the purchases are, one report after another; nothing is loaded or kept.
"""

from dataclasses import dataclass, field

from tests.support.bonus_model import CONFIRMED, PENDING, REJECTED, MemberModel, Stands, total

# The figures of the programme's rules.
EMAIL, PROFILE, FIRST = 15, 30, 200
FRIEND, ALL_FRIENDS = 200, 300
DOUBLED_AN_ORDER = 500
CODE, CODES_A_MEMBER, CODES_IN_ALL = 250, 400, 600
ALONE_UP_TO = 500
MOST_WRONG_CODES = 10


def confirmed_never_waits(before: Stands | None, wanted: str) -> str:
    """Confirmed points never wait again: they fall."""
    return REJECTED if before and before.how == CONFIRMED and wanted == PENDING else wanted


@dataclass
class GiftedModel(MemberModel):
    """One member with what the operator gave, by what it is for."""

    inviter: "GiftedModel | None" = None
    gifts: dict[str, Stands] = field(default_factory=dict)  # once each, and corrections
    doubled: dict[str, Stands] = field(default_factory=dict)  # by line
    friends: dict[int, Stands] = field(default_factory=dict)  # by who they are
    codes: dict[int, Stands] = field(default_factory=dict)
    first_follows: str | None = None
    wrong_codes: int = 0
    alone: dict[str, int] = field(default_factory=dict)  # by clerk, of today

    def reported(self, line: str, status: str, points: int) -> None:
        """Let all that depends on a purchase follow it."""
        is_new = line not in self.lines
        super().reported(line, status, points)
        self._double(line, is_new=is_new)
        self._follow_first(line)
        self._tell_inviter()

    def said(self, *, email: bool, profile: bool) -> None:
        """Thank once for ever for an e-mail address and for a profile."""
        if email:
            self.gifts["email"] = Stands(CONFIRMED, EMAIL)
        if profile:
            self.gifts["profile"] = Stands(CONFIRMED, PROFILE)
        self._tell_inviter()

    def may_correct_alone(self, clerk: str, points: int) -> bool:
        """Tell whether nobody else has to agree: what the clerk gave and took counts together."""
        together = self.alone.get(clerk, 0) + points
        if together > ALONE_UP_TO:
            return False
        self.alone[clerk] = together
        return True

    def corrected(self, correction: str, points: int) -> None:
        """Give or take at once; what is not there to be taken is owed."""
        self.gifts[correction] = Stands(CONFIRMED, points)

    def given(self) -> list[Stands]:
        """Answer all that the member was given, by stores and by the operator."""
        return [*super().given(), *self._by_operator()]

    def books(self) -> dict[str, int]:
        """The member's accounts, and what store and operator gave: all of it sums to zero."""
        balance = self.balance()
        return {
            "store_receivable": -total(self.lines.values(), PENDING, CONFIRMED),
            "operator_margin": -total(self._by_operator(), PENDING, CONFIRMED),
            "member_pending": balance["pending"],
            "member_accrued": balance["accrued"],
            "member_reserved": balance["reserved"],
            "written_off": balance["written_off"],
            "member_debt": -balance["debt"],
        }

    def _by_operator(self) -> list[Stands]:
        by_kind = (self.gifts, self.doubled, self.friends, self.codes)
        return [one for kind in by_kind for one in kind.values()]

    def _double(self, line: str, *, is_new: bool) -> None:
        """Double a purchase, all of one order, within the order's cap: the last gets the rest."""
        how, points = self.lines[line]
        others = [one for other, one in self.doubled.items() if other != line]
        given = min(points, DOUBLED_AN_ORDER - total(others, PENDING, CONFIRMED))
        if line in self.doubled or (is_new and given > 0):
            self.doubled[line] = Stands(how, given)

    def _follow_first(self, line: str) -> None:
        """Stand with the first purchase; when it falls, with the best of the others."""
        before = self.gifts.get("first")
        if before is None:
            self.first_follows = line
        elif before.how != REJECTED and self.first_follows != line:
            return
        assert self.first_follows is not None
        standing = {one: how for one, (how, _) in self.lines.items() if how != REJECTED}
        if standing and self.first_follows not in standing:
            self.first_follows = min(standing, key=lambda one: standing[one] == PENDING)
        wanted = standing.get(self.first_follows, REJECTED)
        self.gifts["first"] = Stands(confirmed_never_waits(before, wanted), FIRST)

    def _tell_inviter(self) -> None:
        if self.inviter is not None:
            self.inviter._follow_friend(self)  # noqa: SLF001 - another of the same

    def _follow_friend(self, friend: "GiftedModel") -> None:
        """Confirmed while any purchase of the friend is, up to so much for all friends."""
        hows = {how for how, _ in friend.lines.values()}
        wanted = next((how for how in (CONFIRMED, PENDING) if how in hows), REJECTED)
        before = self.friends.get(id(friend))
        others = [one for other, one in self.friends.items() if other != id(friend)]
        given = min(FRIEND, ALL_FRIENDS - total(others, PENDING, CONFIRMED))
        if before or (wanted != REJECTED and given > 0):
            self.friends[id(friend)] = Stands(confirmed_never_waits(before, wanted), given)


@dataclass
class CodesModel:
    """The promo codes of one rule: how often each can still be used."""

    uses_left: dict[int, int]
    room: int = CODES_IN_ALL

    def redeemed(self, member: GiftedModel, code: int) -> int:
        """Give a member the points of a code, once; answers them, 0 for none."""
        if code in member.codes:
            return member.codes[code].points
        if member.wrong_codes == MOST_WRONG_CODES:
            return 0
        left_of_member = CODES_A_MEMBER - total(member.codes.values(), CONFIRMED)
        given = min(CODE, left_of_member, self.room)
        if not given or not self.uses_left.get(code):
            member.wrong_codes += 1
            return 0
        self.uses_left[code] -= 1
        self.room -= given
        member.codes[code] = Stands(CONFIRMED, given)
        return given
