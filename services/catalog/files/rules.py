"""What a store must keep to beyond the shape of its fields: periods that fit together."""

from collections.abc import Iterator
from itertools import pairwise

from services.catalog.domain import Promotion, Store, Terms
from services.catalog.files.located import Path
from services.catalog.rates import Rate

_RATES_AT_MOST = 200
Fault = tuple[Path, str]


def faults(store: Store) -> list[Fault]:
    """Answer all faults of a store, each with the path of its field inside the store."""
    found = [*_wrong_periods(store), *_wrong_order(store.terms)]
    if not found:
        found = [*_wrong_promotions(store), *_too_many_rates(store)]
    return found


def _wrong_periods(store: Store) -> Iterator[Fault]:
    kinds: dict[str, tuple[Terms | Promotion, ...]] = {
        "terms": store.terms,
        "promotions": store.promotions,
    }
    for kind, periods in kinds.items():
        for index, one in enumerate(periods):
            if one.valid_to is not None and one.valid_to <= one.valid_from:
                yield (kind, index, "valid_to"), "This ends before it begins."


def _wrong_order(terms: tuple[Terms, ...]) -> Iterator[Fault]:
    for index, (one, following) in enumerate(pairwise(terms), start=1):
        if one.valid_to is None or following.valid_from < one.valid_to:
            message = (
                "These terms begin before the ones above end: write them in the order of time."
            )
            yield ("terms", index, "valid_from"), message


def _wrong_promotions(store: Store) -> Iterator[Fault]:
    for index, promotion in enumerate(store.promotions):
        if not _is_covered(store, promotion):
            yield (
                ("promotions", index, "valid_from"),
                "The store has no terms at some of this time.",
            )
        for rate in promotion.rates:
            message = _why_not_raised(store.terms, promotion, rate)
            if message:
                category = rate.category or "others"
                yield ("promotions", index, "rates", category), message


def _is_covered(store: Store, promotion: Promotion) -> bool:
    moment = promotion.valid_from
    for terms in store.terms:
        if terms.valid_from <= moment and (terms.valid_to is None or moment < terms.valid_to):
            if terms.valid_to is None or terms.valid_to >= promotion.valid_to:
                return True
            moment = terms.valid_to
    return False


def _why_not_raised(terms: tuple[Terms, ...], promotion: Promotion, rate: Rate) -> str | None:
    if rate.excluded:
        return "A promotion only raises rates; leave these goods out."
    for one in terms:
        if one.valid_to is not None and one.valid_to <= promotion.valid_from:
            continue
        if one.valid_from >= promotion.valid_to:
            continue
        own = {base.category: base for base in one.rates}
        base = own.get(rate.category) or own.get(None)
        if base is not None and base.excluded:
            return "The terms exclude these goods; a promotion cannot raise them."
        if base is not None and base.kind is not rate.kind:
            return f"The terms pay {base} here: raise a percentage by a percentage, a sum by a sum."
    return None


def _too_many_rates(store: Store) -> Iterator[Fault]:
    if any(len(segment.rates) > _RATES_AT_MOST for segment in store.timeline()):
        message = f"Terms and promotions together name more than {_RATES_AT_MOST} categories."
        yield ("promotions",), message
