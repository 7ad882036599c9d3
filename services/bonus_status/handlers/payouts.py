"""Money leaves by reserve → execute → settle: this service sets points aside, then settles them.

A payout asks, and gets at most what was accrued before its cut-off, the oldest bonuses first. Its
end writes the points off or gives them back; points that come back repay a debt before all else.
"""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from services.bonus_status.books import Books, Cause
from services.bonus_status.domain import Bonus
from services.bonus_status.events import Points
from services.bonus_status.ledger import Movement, Moves, own_debt
from services.bonus_status.schemas import PayoutEndedView, PayoutRequestedView
from services.bonus_status.spending import (
    PAYOUT_MOVES,
    PayoutState,
    bring_back,
    oldest_first,
    release,
    reserve,
    share_out,
    why_refused,
    write_off,
)
from services.bonus_status.store import ledger, payouts
from services.bonus_status.store.payouts import Payout
from shared.clock import Clock
from shared.events import Received
from shared.subscriptions import NotYet

Requested = Received[PayoutRequestedView]
Ended = Received[PayoutEndedView]


class IllegalPayoutMove(Exception):
    """A payout said something that does not follow from what it said before."""

    code = "illegal_payout_move"

    def __init__(self, payout: Payout, state: PayoutState) -> None:
        """Keep the payout and where it wanted to go."""
        self.payout, self.state = payout, state
        super().__init__(f"Payout {payout.payout_id} cannot go from {payout.state} to {state}.")


class PaidMoreThanReserved(Exception):
    """The operator paid out more than was set aside: a clerk has to look before anything moves."""

    code = "paid_more_than_reserved"

    def __init__(self, payout_id: str, paid: int, reserved: int) -> None:
        """Keep the sums."""
        self.payout_id, self.paid, self.reserved = payout_id, paid, reserved
        super().__init__(f"Payout {payout_id} paid {paid} points, only {reserved} were reserved.")


def reserve_points(connection: Connection, batch: Sequence[Requested], clock: Clock) -> None:
    """Set points aside for each payout, or refuse; raises NotYet for members not heard of."""
    members = {one.data.member_id for one in batch}
    accounts = ledger.lock_accounts(connection, members)
    unheard = [one for one in batch if accounts[one.data.member_id].member_status is None]
    if unheard:
        raise NotYet([one.aggregate_id for one in unheard], "waits for news of its member")
    books = Books(accounts, ledger.open_bonuses(connection, members), clock())
    known = payouts.load(connection, [one.data.payout_id for one in batch])
    for requested in batch:
        one = requested.data
        payout = known.setdefault(
            one.payout_id,
            Payout(one.payout_id, one.member_id, one.run_month, one.kind, None, one.amount),
        )
        reserve_for(books, payout, requested)
    ledger.save(connection, books)
    payouts.save(connection, list(known.values()))


def write_points_off(connection: Connection, batch: Sequence[Ended], clock: Clock) -> None:
    """Write off what completed payouts paid out; what was set aside beyond it is free again."""
    _settle(connection, batch, clock, write_off_for)


def release_points(connection: Connection, batch: Sequence[Ended], clock: Clock) -> None:
    """Give back what declined payouts had set aside."""
    _settle(connection, batch, clock, release_for)


def return_points(connection: Connection, batch: Sequence[Ended], clock: Clock) -> None:
    """Give back what reversed payouts had spent."""
    _settle(connection, batch, clock, return_for)


def reserve_for(books: Books, payout: Payout, requested: Requested) -> None:
    """Reserve for one payout what was accrued before its cut-off, or refuse with a reason.

    A bonus that accrued before the cut-off counts as it stands when its points are reserved: a
    return since then is off, a raise is on. That is the balance which the member was told.
    """
    one = requested.data
    eligible = [
        bonus
        for bonus in books.of_member(one.member_id)
        if bonus.accrued_at is not None and bonus.accrued_at < one.cutoff_at
    ]
    shares = share_out(eligible, one.amount)
    amount = sum(given for _, given in shares)
    payout.reason = why_refused(books.accounts[one.member_id], amount, one.minimum_amount)
    if payout.reason is not None:
        _move(payout, PayoutState.REFUSED)
        _say(books, Points.REFUSED, payout)
        return
    _move(payout, PayoutState.RESERVED)
    payout.amount = amount
    payout.shares = {bonus.bonus_id: given for bonus, given in shares}
    cause = _cause(requested)
    for bonus, given in shares:
        books.write(bonus, reserve(bonus, given), [(Movement.RESERVED, given)], cause)
    _say(books, Points.RESERVED, payout)


def _settle(
    connection: Connection,
    batch: Sequence[Ended],
    clock: Clock,
    settle: Callable[[Books, Payout, Ended], None],
) -> None:
    members = {one.data.member_id for one in batch}
    accounts = ledger.lock_accounts(connection, members)
    known = payouts.load(connection, [one.data.payout_id for one in batch])
    shared = {bonus_id for payout in known.values() for bonus_id in payout.shares}
    bonuses = [
        *ledger.open_bonuses(connection, members),
        *ledger.bonuses_by_id(connection, shared),
    ]
    books = Books(accounts, {one.bonus_id: one for one in bonuses}.values(), clock())
    for one in batch:
        settle(books, known[one.data.payout_id], one)
    ledger.save(connection, books)
    payouts.save(connection, list(known.values()))


def write_off_for(books: Books, payout: Payout, ended: Ended) -> None:
    """Write off what one payout paid out; bonuses tell of what they get back beyond it."""
    paid, reserved = ended.data.amount, sum(payout.shares.values())
    _move(payout, PayoutState.WRITTEN_OFF)
    if paid > reserved:
        raise PaidMoreThanReserved(payout.payout_id, paid, reserved)
    left = paid
    for bonus, given in _shares(books, payout):
        spent = min(left, given)
        left -= spent
        if spent:
            after = write_off(bonus, spent, payout.payout_id)
            books.write(bonus, after, [(Movement.SPENT, spent)], _cause(ended))
        if spent < given:
            _give_back(books, bonus.bonus_id, given - spent, ended)
        payout.shares[bonus.bonus_id] = spent
    payout.amount = paid
    _say(books, Points.WRITTEN_OFF, payout)
    books.repay_debt(payout.member_id, _cause(ended))


def release_for(books: Books, payout: Payout, ended: Ended) -> None:
    """Release what one payout had reserved."""
    _move(payout, PayoutState.RELEASED)
    payout.reason = ended.data.reason
    for bonus, given in _shares(books, payout):
        _give_back(books, bonus.bonus_id, given, ended)
    _say(books, Points.RELEASED, payout)
    books.repay_debt(payout.member_id, _cause(ended))


def return_for(books: Books, payout: Payout, ended: Ended) -> None:
    """Bring back what one payout had spent."""
    _move(payout, PayoutState.RETURNED)
    payout.reason = ended.data.reason
    for bonus, given in _shares(books, payout):
        moves: Moves = [(Movement.BROUGHT_BACK, given), *own_debt(bonus, given)]
        books.write(bonus, bring_back(bonus, given), moves, _cause(ended))
    _say(books, Points.RETURNED, payout)
    books.repay_debt(payout.member_id, _cause(ended))


def _give_back(books: Books, bonus_id: str, amount: int, ended: Ended) -> None:
    bonus = books.bonuses[bonus_id]
    moves: Moves = [(Movement.RELEASED, amount), *own_debt(bonus, amount)]
    books.write(bonus, release(bonus, amount), moves, _cause(ended))


def _shares(books: Books, payout: Payout) -> list[tuple[Bonus, int]]:
    givers = oldest_first(books.bonuses[one] for one, given in payout.shares.items() if given)
    return [(bonus, payout.shares[bonus.bonus_id]) for bonus in givers]


def _say(books: Books, what: Points, payout: Payout) -> None:
    books.say_points(what, payout.member_id, payout.payout_id, payout.amount, payout.reason)


def _move(payout: Payout, state: PayoutState) -> None:
    if state not in PAYOUT_MOVES[payout.state]:
        raise IllegalPayoutMove(payout, state)
    payout.state = state


def _cause(event: Received[PayoutRequestedView] | Received[PayoutEndedView]) -> Cause:
    payout_id = event.data.payout_id
    return Cause(str(event.event_id), payout_id, event.occurred_at, payout_id)
