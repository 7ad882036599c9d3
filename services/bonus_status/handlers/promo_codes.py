"""A member redeems a promo code: a bonus at once, once a code, within the rule's limits.

Guesses are limited in the database, under the lock of the member's account, so that many at once
are counted one by one. An unknown code, an ended one and a used-up one are told alike.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from services.bonus_status.books import Books, Cause
from services.bonus_status.domain import Bonus, Source, Status
from services.bonus_status.sources.gifts import Gift, give
from services.bonus_status.sources.rules import Rule, gift_id
from services.bonus_status.store import ledger
from services.bonus_status.store.replay import applied
from services.bonus_status.store.sources import promo_codes, rules
from services.bonus_status.store.sources.invitations import share_of

MOST_WRONG_TRIES = 10
_COUNTED = timedelta(hours=1)


class NoSuchCode(Exception):
    """The code gives nothing: unknown, ended, used up, or the member had all that he may have."""

    code = "no_such_code"
    field = "code"

    def __init__(self) -> None:
        """Say the same of all."""
        super().__init__("code: it is unknown, has ended or is used up.")


class TooManyWrongCodes(Exception):
    """The member guesses."""

    code = "too_many_wrong_codes"

    def __init__(self) -> None:
        """Say when it goes on."""
        super().__init__("Too many wrong codes within an hour: try again later.")


def redeem(
    connection: Connection, member_id: str, code: str, now: datetime
) -> Bonus | NoSuchCode | TooManyWrongCodes:
    """Redeem a code; harmless to repeat. Refusals are answered, since wrong tries are kept."""
    applied.begin(connection)
    accounts = ledger.lock_accounts(connection, [member_id])
    bonus_id = gift_id(Source.PROMO_CODE, code, member_id)
    known = ledger.bonuses_by_id(connection, [bonus_id])
    if known:
        return known[0]
    if promo_codes.tries(connection, member_id, now, _COUNTED) >= MOST_WRONG_TRIES:
        return TooManyWrongCodes()
    rule = _rule_of(connection, code, now)
    if rule is not None and accounts[member_id].member_status == "active":
        books = Books(accounts, ledger.open_bonuses(connection, [member_id]), now)
        given = _give(connection, books, rule, bonus_id, member_id, code, now)
        if given is not None:
            return given
    promo_codes.note_try(connection, member_id, now)
    return NoSuchCode()


def _rule_of(connection: Connection, code: str, now: datetime) -> Rule | None:
    found = promo_codes.find(connection, code)
    if found is None:
        return None
    rule = rules.one(connection, found.rule_id)
    return rule if rule.in_force(now) else None


def _give(  # noqa: PLR0913, PLR0917 - a code, a rule, and who redeems it
    connection: Connection,
    books: Books,
    rule: Rule,
    bonus_id: str,
    member_id: str,
    code: str,
    now: datetime,
) -> Bonus | None:
    most = rule.settings.most_a_member
    caps = {} if most is None else {share_of(member_id): most}
    shares = [(rule.rule_id, share) for share in caps]
    budgets = rules.budgets(connection, [rule], shares, lock=True)
    # Looked at before the code is used: without points no use is lost.
    if budgets.room(rule, caps) == 0 or not promo_codes.use(connection, code):
        return None
    gift = Gift(bonus_id, member_id, rule, rule.settings.amount, Status.ACCRUED, caps=caps)
    given = give(books, budgets, gift, Cause(bonus_id, "redeemed", now))
    rules.save(connection, budgets)
    ledger.save(connection, books)
    promo_codes.keep_use(connection, code, bonus_id)
    applied.note(connection, promo_codes.TOPIC, [(bonus_id, 1)])
    return given
