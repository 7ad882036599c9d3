"""A random but repeatable story: the same seed tells of the same deeds, each time of new people."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from shared.events import Event
from tests.integration.bonus_status.desk import Desk
from tests.support import bonuses

MEMBERS = 4
STEPS = 200
STATUSES = ["reported", "approved", "approved", "approved_unfunded", "declined", "returned"]
_HELD = "status, amount, available, reserved, written_off, repaid, conversion_version, accrued_at"


class Story:
    """What happens to a few members of one store, in the order in which each topic tells it."""

    def __init__(self, desk: Desk, seed: int) -> None:
        """Draw the deeds from the seed; the ids of people and purchases are new."""
        self.desk = desk
        self.members = [bonuses.new_id() for _ in range(MEMBERS)]
        self.owners: dict[str, str] = {}  # line → member
        self.conversions: list[Event] = []
        self.payouts: list[Event] = []
        self.joined: list[Event] = []
        for desk.member_id in self.members:
            self.joined.append(desk.member("active"))
        self._chance = random.Random(seed)
        for step in range(STEPS):
            desk.member_id = self._chance.choice(self.members)
            self._step(timedelta(seconds=step))

    def _step(self, later: timedelta) -> None:
        chance = self._chance
        if chance.random() < 0.15:
            amount = chance.randint(1, 300)
            self.payouts.append(self.desk.asks(bonuses.new_id(), amount=amount))
            return
        mine = [line for line, owner in self.owners.items() if owner == self.desk.member_id]
        line = chance.choice(mine) if mine and chance.random() < 0.5 else bonuses.new_id()
        self.owners[line] = self.desk.member_id
        status, paid = chance.choice(STATUSES), chance.randint(0, 500_000)
        said = {"status": status, "paid_minor": 0 if status == "returned" else paid}
        self.conversions.append(self.desk.conversion(line, bonuses.REPORTED_AT + later, **said))

    def tell(self, size: Callable[[], int], *, copies: int = 1) -> None:
        """Deliver everything, in batches of these sizes, each so many times."""
        self.desk.hear(self.desk.store())
        self.desk.hear(*self.joined)
        for events in (self.conversions, self.payouts):
            left = list(events)
            while left:
                count = size()
                batch, left = left[:count], left[count:]
                for _ in range(copies):
                    self.desk.hear(*batch)

    def outcome(self) -> list[Any]:
        """What the members and purchases came to, without the ids that differ between tellings."""
        balances = []
        for member_id in self.members:
            self.desk.member_id = member_id
            said = [(one["version"], one["type"]) for one in self.desk.said()]
            balances.append((self.desk.balance(), len(said), said[-3:]))
        query = f"SELECT {_HELD} FROM bonuses WHERE conversion_id = :bonus_id"
        held = [tuple(self.desk.rows(query, line)[0].values()) for line in self.owners]
        return [balances, held]
