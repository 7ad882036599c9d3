"""A member's points in plain Python: no postings, no oldest first, no repaying bonus by bonus.

Whatever the member was given stands as (how, points). What is confirmed, less what is set aside and
what was spent, is free; below zero it is a debt.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

PENDING, CONFIRMED, REJECTED = "pending", "confirmed", "rejected"


class Stands(NamedTuple):
    """How points stand, and how many they are."""

    how: str
    points: int


def total(given: Iterable[Stands], *hows: str) -> int:
    """Add the points that stand in one of these ways."""
    return sum(points for how, points in given if how in hows)


@dataclass
class MemberModel:
    """One member: how each line of a purchase stands, and what payouts have of the points."""

    lines: dict[str, Stands] = field(default_factory=dict)
    reserved: dict[str, int] = field(default_factory=dict)
    spent: dict[str, int] = field(default_factory=dict)

    def reported(self, line: str, status: str, points: int) -> None:
        """Confirmed points stay so until the store declines or takes the goods back."""
        was_confirmed = line in self.lines and self.lines[line].how == CONFIRMED
        if status in {"declined", "returned"}:
            how = REJECTED
        elif status == "approved" or was_confirmed:
            how = CONFIRMED
        else:
            how = PENDING
        self.lines[line] = Stands(how, points)

    def asked(self, payout: str, amount: int, minimum: int) -> bool:
        """Set aside what there is, if it is enough and nothing is owed; answers whether it was."""
        granted = min(amount, self.free)
        if self.debt or granted < minimum:
            return False
        self.reserved[payout] = granted
        return True

    def completed(self, payout: str, paid: int) -> None:
        """Spend it; what was set aside beyond it is free again."""
        del self.reserved[payout]
        self.spent[payout] = paid

    def declined(self, payout: str) -> None:
        """Give it back."""
        del self.reserved[payout]

    def reversed(self, payout: str) -> None:
        """Bring it back."""
        del self.spent[payout]

    def given(self) -> list[Stands]:
        """Answer all that the member was given, by whomever."""
        return list(self.lines.values())

    @property
    def free(self) -> int:
        """What can be spent."""
        return max(self._net, 0)

    @property
    def debt(self) -> int:
        """What is owed."""
        return max(-self._net, 0)

    def balance(self) -> dict[str, int]:
        """The account."""
        return {
            "pending": total(self.given(), PENDING),
            "accrued": self.free,
            "reserved": sum(self.reserved.values()),
            "written_off": sum(self.spent.values()),
            "debt": self.debt,
        }

    @property
    def _net(self) -> int:
        taken = sum(self.reserved.values()) + sum(self.spent.values())
        return total(self.given(), CONFIRMED) - taken
