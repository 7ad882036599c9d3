"""Clerks correct accounts by hand: each correction one bonus and one posting, with its reason.

The correction's id is its command's: sent twice it is made once. What one clerk gives and takes
alone for one member within 24 hours counts together against the limit of the rule `corrections`:
what would go above it waits for a second person.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from services.bonus_status.books import Books, Cause
from services.bonus_status.domain import Source
from services.bonus_status.ledger import Movement
from services.bonus_status.sources.corrections import (
    COUNTS_TOGETHER_FOR,
    bonus_of_correction,
    needs_nobody_else,
)
from services.bonus_status.sources.rules import in_force
from services.bonus_status.store import ledger
from services.bonus_status.store.replay import applied
from services.bonus_status.store.sources import corrections, rules
from services.bonus_status.store.sources.corrections import Correction


class UnknownMember(LookupError):
    """Nothing was heard of the member, or he was erased."""

    code = "unknown_member"

    def __init__(self, member_id: str) -> None:
        """Name the member."""
        super().__init__(f"There is no member {member_id}.")


class OtherCommand(Exception):
    """The command's id was used for something else."""

    code = "other_command"

    def __init__(self, correction_id: str) -> None:
        """Name the command."""
        super().__init__(f"Command {correction_id} was given with other content before.")


class NeedsAnotherPerson(Exception):
    """Above the limit two persons decide."""

    code = "needs_another_person"

    def __init__(self, clerk: str) -> None:
        """Name who asked already."""
        super().__init__(f"{clerk} made this correction: another clerk decides it.")


class DecidedAlready(Exception):
    """Somebody decided it before."""

    code = "decided_already"

    def __init__(self, correction: Correction) -> None:
        """Say what came of it."""
        super().__init__(f"Correction {correction.correction_id} is {correction.state}.")


class NothingLeft(Exception):
    """The rule is off, or its cap leaves less than that."""

    code = "nothing_left"

    def __init__(self, room: int) -> None:
        """Say how much is left."""
        super().__init__(f"The rule for corrections leaves {room} points. See /bonus-rules.")


def correct(connection: Connection, new: Correction) -> Correction:
    """Make a correction, or let it wait for a second person; harmless to repeat.

    A command that is known is answered as it stands, whatever the rule says now. Raises
    OtherCommand, UnknownMember, NothingLeft.
    """
    if corrections.is_known(connection, new.correction_id):
        return _said_before(connection, new)
    applied.begin(connection)
    rule = in_force(rules.current(connection, [Source.CORRECTION]), Source.CORRECTION, new.made_at)
    if rule is None:
        raise NothingLeft(0)
    alone = _may_alone(connection, new, rule.settings.alone_up_to)
    new = replace(new, state="done" if alone else "waiting")
    if not corrections.add(connection, new):
        return _said_before(connection, new)
    if alone:
        post(connection, new, new.made_at)
    else:
        _must_be_known(connection, new.member_id)
    return new


def approve(connection: Connection, correction_id: str, clerk: str, now: datetime) -> Correction:
    """Make a correction that waited; raises NeedsAnotherPerson, DecidedAlready and as `correct`."""
    applied.begin(connection)
    waiting = _waiting(connection, correction_id, clerk)
    corrections.decide(connection, correction_id, "done", clerk, None, now)
    post(connection, waiting, now)
    return corrections.find(connection, correction_id)


def refuse(
    connection: Connection, correction_id: str, clerk: str, reason: str, now: datetime
) -> Correction:
    """Refuse a correction that waited; raises NeedsAnotherPerson, DecidedAlready."""
    _waiting(connection, correction_id, clerk)
    corrections.decide(connection, correction_id, "refused", clerk, reason, now)
    return corrections.find(connection, correction_id)


def _may_alone(connection: Connection, new: Correction, alone_up_to: int) -> bool:
    # Two at once of one clerk: the second one waits here, and then counts the first.
    ledger.lock_accounts(connection, [new.member_id])
    since = new.made_at - COUNTS_TOGETHER_FOR
    before = corrections.made_alone(connection, new.member_id, new.clerk, since)
    return needs_nobody_else(new.amount, before, alone_up_to)


def _said_before(connection: Connection, new: Correction) -> Correction:
    before = corrections.find(connection, new.correction_id)
    said = (new.member_id, new.kind, new.amount, new.reason, new.clerk)
    if said != (before.member_id, before.kind, before.amount, before.reason, before.clerk):
        raise OtherCommand(new.correction_id)
    return before


def _waiting(connection: Connection, correction_id: str, clerk: str) -> Correction:
    found = corrections.find(connection, correction_id, lock=True)
    if found.state != "waiting":
        raise DecidedAlready(found)
    if found.clerk == clerk:
        raise NeedsAnotherPerson(clerk)
    return found


def post(connection: Connection, correction: Correction, now: datetime) -> None:
    """Let a decided correction move its points; raises UnknownMember, NothingLeft."""
    _must_be_known(connection, correction.member_id)
    accounts = ledger.lock_accounts(connection, [correction.member_id])
    rule = in_force(rules.current(connection, [Source.CORRECTION]), Source.CORRECTION, now)
    if rule is None:
        raise NothingLeft(0)
    budgets = rules.budgets(connection, [rule], lock=True)
    is_credit = correction.kind == "credit"
    room = budgets.room(rule, {})
    if is_credit and room < correction.amount:
        raise NothingLeft(room)
    books = Books(accounts, ledger.open_bonuses(connection, [correction.member_id]), now)
    cause = Cause(correction.correction_id, "corrected", now)
    bonus = bonus_of_correction(
        correction.bonus_id,
        correction.member_id,
        correction.amount if is_credit else -correction.amount,
        correction.reason,
        rule,
        now,
    )
    movement = Movement.CREDITED if is_credit else Movement.OWED
    books.write(None, bonus, [(movement, correction.amount)], cause)
    books.repay_debt(correction.member_id, cause)
    ledger.save(connection, books)
    applied.note(connection, corrections.TOPIC, [(correction.correction_id, 1)])


def _must_be_known(connection: Connection, member_id: str) -> None:
    if not ledger.is_member(connection, member_id):
        raise UnknownMember(member_id)
