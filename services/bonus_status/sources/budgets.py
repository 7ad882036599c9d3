"""What rules can still give: in all, and of each share that has a cap of its own."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from services.bonus_status.sources.rules import Rule

# Shares of a rule (an order, a store in a month, a member) and the most that it gives for each.
Caps = Mapping[str, int]


class Budgets:
    """The rules of one batch and what is left of them."""

    def __init__(
        self, rules: Iterable[Rule], shares: Mapping[tuple[str, str], int] | None = None
    ) -> None:
        """Take rules of any version, and what each share was given before the batch.

        A share that is asked for later and was not loaded is a fault: that nothing was given of it
        would be a guess.
        """
        self.rules = {(one.rule_id, one.version): one for one in rules}
        self.moved: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._granted = {one.rule_id: one.granted for one in self.rules.values()}
        self._shares = dict(shares or {})

    def room(self, rule: Rule, caps: Caps) -> int:
        """Answer how much more the rule can give where these caps hold; never below zero.

        Example: a campaign with 500 points left, 300 of them for this order, and 120 for its store
        in this month, gives at most 120 for it.
        """
        left = [rule.total_cap - self._granted[rule.rule_id]]
        left += [cap - self._shares[rule.rule_id, share] for share, cap in caps.items()]
        return max(min(left), 0)

    def move(self, rule: Rule, caps: Caps, amount: int) -> None:
        """Note that the rule gave so many points more; below zero: that it got them back."""
        self._granted[rule.rule_id] += amount
        for share in caps:
            key = (rule.rule_id, share)
            self._shares[key] += amount
            self.moved[key] += amount
