"""Rates: what goods earn, how promotions lift them, and how the window says it in two words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

_BASIS_POINTS_A_PERCENT = 100
# Flat sums and percentages meet in one list: a flat sum counts as its share of an ordinary order.
_ORDINARY_ORDER_RUBLES = 5_000
_WHOLE = 10_000


class RateKind(StrEnum):
    """A share of what was paid, or the same sum for every order line."""

    PERCENT = "percent"
    FLAT = "flat"


@dataclass(frozen=True, slots=True)
class Rate:
    """What goods of one category earn; category None is all goods that no other rate names."""

    category: str | None
    kind: RateKind
    basis_points: int | None
    rubles: int | None
    excluded: bool = False

    @property
    def weight(self) -> int:
        """Answer how good the rate is, in basis points of an ordinary order: only for sorting."""
        if self.kind is RateKind.FLAT:
            return (self.rubles or 0) * _WHOLE // _ORDINARY_ORDER_RUBLES
        return self.basis_points or 0

    def __str__(self) -> str:
        """Say it as a member reads it: `7.5 %`, `500 ₽`."""
        if self.excluded:
            return "no cashback"
        if self.kind is RateKind.FLAT:
            return f"{self.rubles:,} ₽".replace(",", " ")
        whole, rest = divmod(self.basis_points or 0, _BASIS_POINTS_A_PERCENT)
        return f"{whole}.{rest:02}".rstrip("0").rstrip(".") + " %"


@dataclass(frozen=True, slots=True)
class Best:
    """The best rate of a store, as windows show it in any language; up_to: some goods earn less."""

    kind: RateKind
    basis_points: int | None
    rubles: int | None
    up_to: bool


def percent(category: str | None, basis_points: int) -> Rate:
    """Answer a rate that is a share of the paid amount; 700 basis points are 7 %."""
    return Rate(category, RateKind.PERCENT, basis_points, None)


def flat(category: str | None, rubles: int) -> Rate:
    """Answer a rate that is the same sum for every order line."""
    return Rate(category, RateKind.FLAT, None, rubles)


def excluded(category: str | None) -> Rate:
    """Answer the rate of goods that earn nothing, whatever is promoted."""
    return Rate(category, RateKind.PERCENT, 0, None, excluded=True)


def raised(base: Sequence[Rate], promoted: Sequence[Sequence[Rate]]) -> tuple[Rate, ...]:
    """Answer the base rates, each lifted to the best promotion for the same goods.

    A promotion for "all other goods" means those that the base terms leave in that pot, so the
    result does not hang on the order of promotions. Nothing is lowered, excluded goods stay so.
    """
    own = {rate.category: rate for rate in base}
    offers = [{rate.category: rate for rate in rates} for rates in promoted]
    categories = own.keys() | {category for rates in offers for category in rates}
    best = [_best(category, own, offers) for category in categories]
    return ordered(rate for rate in best if rate is not None)


def ordered(rates: Iterable[Rate]) -> tuple[Rate, ...]:
    """Answer rates by category, all other goods last: equal sets compare equal."""
    return tuple(sorted(rates, key=lambda rate: (rate.category is None, rate.category or "")))


def best(rates: Sequence[Rate]) -> Best | None:
    """Answer the best rate, and whether other goods earn less; None where nothing earns."""
    paying = [rate for rate in rates if not rate.excluded]
    if not paying:
        return None
    highest = max(paying, key=lambda rate: rate.weight)
    up_to = any(str(rate) != str(highest) for rate in paying)
    return Best(highest.kind, highest.basis_points, highest.rubles, up_to)


def headline(rates: Sequence[Rate]) -> str:
    """Answer the cashback in two words: `7 %`, `500 ₽`, `up to 15 %` when goods differ."""
    found = best(rates)
    if found is None:
        return "no cashback"
    said = str(Rate(None, found.kind, found.basis_points, found.rubles))
    return f"up to {said}" if found.up_to else said


def weight(rates: Sequence[Rate]) -> int:
    """Answer what stores are sorted by: the best rate of the goods that earn anything."""
    return max((rate.weight for rate in rates if not rate.excluded), default=0)


def _best(
    category: str | None, own: dict[str | None, Rate], offers: Sequence[dict[str | None, Rate]]
) -> Rate | None:
    base = own.get(category) or own.get(None)
    general = None if category not in own else category
    candidates = [rates.get(category) or rates.get(general) for rates in offers]
    if base is not None and base.excluded:
        return replace(base, category=category)
    known = [rate for rate in (base, *candidates) if rate is not None]
    best = max(known, key=lambda rate: rate.weight, default=None)
    if best is None or best.category == category:
        return best
    return replace(best, category=category)
