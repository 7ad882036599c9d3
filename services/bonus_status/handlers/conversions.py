"""What stores report becomes bonuses, postings and balances: the hot path of the service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from services.bonus_status.books import Books, Cause
from services.bonus_status.domain import Bonus
from services.bonus_status.handlers.followers import Moved, follow_purchase
from services.bonus_status.ledger import moves_of_report
from services.bonus_status.schemas import ConversionView
from services.bonus_status.sources.purchases import Origin, Report, follow, open_bonus
from services.bonus_status.store import heard, ledger, payouts, settings
from services.bonus_status.store.heard import StoreTerms
from services.bonus_status.store.sources import rules
from services.bonus_status.store.sources.followers import (
    Followers,
    bonuses_that_depend,
    prepare,
)
from services.bonus_status.store.sources.locks import lock_with_inviters
from services.bonus_status.terms import Purchase, Rate, Terms, rate_for, terms_at, worth
from shared import event_log
from shared.clock import Clock
from shared.events import Received
from shared.subscriptions import NotYet

Reported = Received[ConversionView]


class ForeignConversion(Exception):
    """A conversion came back with another member or store than it was opened with."""

    code = "foreign_conversion"

    def __init__(self, conversion_id: str) -> None:
        """Keep the conversion."""
        self.conversion_id = conversion_id
        super().__init__(f"Conversion {conversion_id} changed its member or its store.")


@dataclass(frozen=True, slots=True)
class Pricing:
    """All that a batch needs to value its purchases; `at_click`: the terms of new conversions."""

    stores: Mapping[str, StoreTerms]
    at_click: Mapping[str, Terms]
    rates: Mapping[str | None, Sequence[Rate]]
    unfunded_accrues: bool = False


def apply_conversions(connection: Connection, batch: Sequence[Reported], clock: Clock) -> None:
    """Bring each reported conversion's bonus to its new state; raises NotYet for unknown terms."""
    said = [one.data for one in batch]
    accounts, invited = lock_with_inviters(connection, {one.member_id for one in said})
    # A first version, which the inbox lets through once, can have no bonus yet.
    later = {one.data.conversion_id for one in batch if one.version > 1}
    dependent = bonuses_that_depend(connection, said, later, [one.friend_id for one in invited])
    known = [*ledger.bonuses_by_id(connection, later), *dependent]
    indebted = {one.member_id for one in known if one.reserved or one.written_off or one.repaid}
    indebted |= {one.member_id for one in accounts.values() if one.debt}
    others = ledger.open_bonuses(connection, indebted)
    bonuses = {one.bonus_id: one for one in (*known, *others)}
    stored = {one.bonus_id for one in known}
    new = [one for one in batch if one.data.conversion_id not in stored]
    pricing = _price(connection, new, known)
    spent = payouts.spent_of(connection, [one.bonus_id for one in known if one.written_off])
    is_silent = event_log.is_silent(connection)
    books = Books(accounts, bonuses.values(), clock(), spent, is_silent=is_silent)
    followers = prepare(connection, said, known, invited)
    for one in batch:
        apply_one(books, pricing, one, followers)
    rules.save(connection, followers.budgets)
    ledger.save(connection, books)


def _price(connection: Connection, new: Sequence[Reported], known: Sequence[Bonus]) -> Pricing:
    stores = heard.stores(connection, {one.data.store_id for one in new})
    found = {one.aggregate_id: _terms_at_click(stores, one.data) for one in new}
    waiting = [conversion_id for conversion_id, terms in found.items() if terms is None]
    if waiting:
        raise NotYet(waiting, "waits for the terms of its store at the moment of the click")
    at_click = {conversion_id: terms for conversion_id, terms in found.items() if terms}
    rates: dict[str | None, Sequence[Rate]] = {one.terms_id: one.rates for one in at_click.values()}
    frozen = {one.terms_id for one in known if one.terms_id} - rates.keys()
    rates.update(heard.frozen_rates(connection, frozen))
    return Pricing(stores, at_click, rates, settings.unfunded_accrues(connection))


def _terms_at_click(stores: Mapping[str, StoreTerms], one: ConversionView) -> Terms | None:
    store = stores.get(one.store_id)
    return None if store is None else terms_at(store.timeline, one.clicked_at)


def apply_one(books: Books, pricing: Pricing, reported: Reported, followers: Followers) -> None:
    """Bring the bonus of one conversion, and what depends on it, to its new state in the books."""
    before = books.bonuses.get(reported.data.conversion_id)
    if before is None:
        origin = _origin(pricing, reported.data)
        rate = rate_for(pricing.rates[origin.terms_id], reported.data.category)
        after = open_bonus(origin, _report(pricing, rate, reported))
    else:
        _must_belong(before, reported.data)
        rate = rate_for(pricing.rates[before.terms_id], reported.data.category)
        after = follow(before, _report(pricing, rate, reported))
    key, receipt_id = f"v{reported.version}", reported.data.receipt_id
    cause = Cause(str(reported.event_id), key, reported.occurred_at, receipt_id=receipt_id)
    books.write(before, after, moves_of_report(before, after), cause)
    books.repay_debt(after.member_id, cause)
    follow_purchase(books, followers, Moved(before, after, rate), cause)


def _origin(pricing: Pricing, one: ConversionView) -> Origin:
    days = pricing.stores[one.store_id].confirmation_days
    return Origin(
        one.conversion_id,
        one.member_id,
        one.store_id,
        one.order_id,
        pricing.at_click[one.conversion_id].terms_id,
        one.clicked_at,
        one.ordered_at,
        one.ordered_at + timedelta(days=days),
    )


def _report(pricing: Pricing, rate: Rate, reported: Reported) -> Report:
    one = reported.data
    purchase = Purchase(one.paid_minor, one.currency, one.rate_micro, one.category)
    return Report(
        reported.version,
        one.status,
        purchase,
        worth(rate, purchase),
        one.reason,
        reported.occurred_at,
        pricing.unfunded_accrues,
    )


def _must_belong(bonus: Bonus, conversion: ConversionView) -> None:
    if (bonus.member_id, bonus.store_id) != (conversion.member_id, conversion.store_id):
        raise ForeignConversion(conversion.conversion_id)
