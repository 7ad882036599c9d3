"""A member's points in plain Python: no postings, no oldest first, no repaying bonus by bonus.

What the store confirmed, less what is set aside and what was spent; below zero it is a debt.
"""

from dataclasses import dataclass, field

# A line stands as one of these.
PENDING, CONFIRMED, REJECTED = "pending", "confirmed", "rejected"


@dataclass
class MemberModel:
    """One member: how each line of a purchase stands, and what payouts have of the points."""

    lines: dict[str, tuple[str, int]] = field(default_factory=dict)
    reserved: dict[str, int] = field(default_factory=dict)
    spent: dict[str, int] = field(default_factory=dict)

    def reported(self, line: str, status: str, points: int) -> None:
        """Confirmed points stay so until the store declines or takes the goods back."""
        was_confirmed = self.lines.get(line, ("", 0))[0] == CONFIRMED
        if status in {"declined", "returned"}:
            kind = REJECTED
        elif status == "approved" or was_confirmed:
            kind = CONFIRMED
        else:
            kind = PENDING
        self.lines[line] = (kind, points)

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
            "pending": self._total(PENDING),
            "accrued": self.free,
            "reserved": sum(self.reserved.values()),
            "written_off": sum(self.spent.values()),
            "debt": self.debt,
        }

    @property
    def _net(self) -> int:
        given = sum(self.reserved.values()) + sum(self.spent.values())
        return self._total(CONFIRMED) - given

    def _total(self, kind: str) -> int:
        return sum(points for stands, points in self.lines.values() if stands == kind)
