"""The open books of one batch: accounts and bonuses in memory, and every line to be written.

All that a message changes goes through `write` and `repay_debt`: postings, balances, bonuses and
events cannot drift apart. Nothing here touches the database; store/ loads and saves the books.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from services.bonus_status import events
from services.bonus_status.domain import Bonus
from services.bonus_status.events import Points
from services.bonus_status.ledger import (
    Account,
    Movement,
    Moves,
    Posting,
    Spending,
    uncovered,
)
from services.bonus_status.spending import oldest_first, repay
from shared.events import Event
from shared.months import month_at

# Points came to where they stand by one of these; a later correction names that posting.
_CREDITS = frozenset({Movement.REPORTED, Movement.CONFIRMED, Movement.CREDITED})
_CORRECTIONS = frozenset(
    {Movement.REPORTED, Movement.CREDITED, Movement.DROPPED, Movement.TAKEN_BACK, Movement.OWED}
)


class Cause(Struct, frozen=True):
    """The one event that postings come from; `key` names it within a bonus: `v3`, a payout's id.

    `receipt_id` names the partner's own message behind it, where there was one.
    """

    event_id: str
    key: str
    at: datetime
    payout_id: str | None = None
    receipt_id: str | None = None


class Books:
    """What one batch works on, and all that it writes."""

    def __init__(
        self,
        accounts: Mapping[str, Account],
        bonuses: Iterable[Bonus],
        now: datetime,
        spent: Mapping[str, Sequence[Spending]] = MappingProxyType({}),
        *,
        is_silent: bool = False,
    ) -> None:
        """Take the locked accounts and the bonuses that the batch may touch.

        `spent`: by bonus, what payouts took of it, the oldest first: what a return may name.
        `is_silent`: nobody hears of it (event_log.silent), so events are not put together.
        """
        self.accounts = dict(accounts)
        self.bonuses: dict[str, Bonus] = {}
        self.new: set[str] = set()
        self.changed: set[str] = set()
        self.postings: list[Posting] = []
        self.store_owes: defaultdict[str, int] = defaultdict(int)
        self.rule_gave: defaultdict[str, int] = defaultdict(int)
        self.said: list[Event] = []
        self._now = now
        self._month_begins = month_at(now).begins_at()
        self._spent = spent
        self._is_silent = is_silent
        self._of_member: defaultdict[str, list[str]] = defaultdict(list)
        for bonus in bonuses:
            self._remember(bonus)

    def of_member(self, member_id: str) -> list[Bonus]:
        """Answer the member's bonuses that were loaded or opened."""
        return [self.bonuses[bonus_id] for bonus_id in self._of_member[member_id]]

    def write(self, before: Bonus | None, after: Bonus, moves: Moves, cause: Cause) -> None:
        """Post the movements between two states of a bonus, keep the new state and say so."""
        credited_by = None
        for movement, amount in moves:
            fact = _fact(after, movement, cause)
            corrects = _corrected(before, movement, cause)
            if movement is Movement.OWED and before is not None:
                self._post_owed(before, after, cause, fact=fact)
            else:
                self._post(after, movement, amount, cause, fact=fact, corrects=corrects)
            if movement in _CREDITS and credited_by is None:
                credited_by = fact
        if credited_by and (before is None or before.status is not after.status):
            after = replace(after, credited_by=credited_by)
        self._keep(before, after, cause)

    def repay_debt(self, member_id: str, cause: Cause) -> None:
        """Let free points repay the member's debt at once, the oldest first."""
        account = self.accounts[member_id]
        while account.debt > 0 and account.accrued > 0:
            giver, debtor = _giver_and_debtor(self.of_member(member_id))
            paid, freed, amount = repay(giver, debtor)
            fact = f"{giver.bonus_id}:repaid:{debtor.bonus_id}:{cause.event_id}"
            self._post(giver, Movement.REPAID, amount, cause, fact=fact)
            self._keep(giver, paid, cause)
            self._keep(debtor, freed, cause)

    def say_points(
        self, what: Points, member_id: str, payout_id: str, amount: int, reason: str | None
    ) -> None:
        """Say what became of a payout's points: reserved, refused, released and so on."""
        account = self._next(member_id)
        said = events.points(what, account, payout_id, amount, reason=reason, at=self._now)
        self.said.append(said)

    def _post_owed(self, before: Bonus, after: Bonus, cause: Cause, *, fact: str) -> None:
        """Post a debt payout by payout: each part names the line by which its points were paid."""
        given = before.credited - before.available
        spent = self._spent.get(before.bonus_id, ())
        for payout_id, part in uncovered(spent, before.credited, given, after.credited):
            self._post(
                after,
                Movement.OWED,
                part,
                cause,
                fact=f"{fact}:{payout_id}" if payout_id else fact,
                corrects=before.credited_by,
                corrects_payout=payout_id and _spent_fact(before, payout_id),
            )

    def _post(  # noqa: PLR0913 - one row, its parts
        self,
        bonus: Bonus,
        movement: Movement,
        amount: int,
        cause: Cause,
        *,
        fact: str,
        corrects: str | None = None,
        corrects_payout: str | None = None,
    ) -> None:
        self.accounts[bonus.member_id].move(movement, amount)
        given = movement.payer_gives * amount
        if given and bonus.store_id is not None:
            self.store_owes[bonus.store_id] += given
        elif given and bonus.rule_id is not None:
            self.rule_gave[bonus.rule_id] += given
        # News of a month that is over is posted as the present one begins: statements of that month
        # were handed out as final. A rebuild, whose present is another, comes to the same points in
        # other months: nobody reads statements from it.
        posted_at = max(cause.at, self._month_begins)
        self.postings.append(
            Posting(
                fact,
                *(movement.by_operator if bonus.store_id is None else movement.by_store),
                amount,
                bonus.member_id,
                bonus.store_id,
                bonus.rule_id,
                bonus.bonus_id,
                cause.payout_id,
                cause.event_id,
                corrects,
                corrects_payout,
                posted_at,
            )
        )

    def _keep(self, before: Bonus | None, after: Bonus, cause: Cause) -> None:
        if before is None:
            self._remember(after)
            self.new.add(after.bonus_id)
        else:
            self.bonuses[after.bonus_id] = after
            self.changed.add(after.bonus_id)
        account = self._next(after.member_id)
        if self._is_silent:
            return
        why = events.Why(cause.event_id, cause.at, cause.receipt_id, cause.payout_id)
        self.said.append(events.bonus_changed(after, account, why, self._now))

    def _remember(self, bonus: Bonus) -> None:
        self.bonuses[bonus.bonus_id] = bonus
        self._of_member[bonus.member_id].append(bonus.bonus_id)

    def _next(self, member_id: str) -> Account:
        account = self.accounts[member_id]
        account.version += 1
        return account


def _fact(bonus: Bonus, movement: Movement, cause: Cause) -> str:
    if movement is Movement.REPAID:
        return f"{bonus.bonus_id}:repaid:{bonus.bonus_id}:{cause.event_id}"
    return f"{bonus.bonus_id}:{cause.key}:{movement.word}"


def _spent_fact(bonus: Bonus, payout_id: str) -> str:
    """Answer the fact by which a payout spent points of a bonus: its cause's key is its id."""
    return f"{bonus.bonus_id}:{payout_id}:{Movement.SPENT.word}"


def _corrected(before: Bonus | None, movement: Movement, cause: Cause) -> str | None:
    if movement is Movement.BROUGHT_BACK and before is not None:
        return _fact(before, Movement.SPENT, cause)
    return before.credited_by if before is not None and movement in _CORRECTIONS else None


def _giver_and_debtor(bonuses: Sequence[Bonus]) -> tuple[Bonus, Bonus]:
    ordered = oldest_first(bonuses)
    giver = next(bonus for bonus in ordered if bonus.available > 0)
    return giver, next(bonus for bonus in ordered if bonus.available < 0)
