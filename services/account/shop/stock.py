"""The catalog's stores and groups as its public API tells them: our own view, no more than we show.

msgspec reads some hundred stores in a hundredth of a second; what we do not know is left aside.
"""

from datetime import datetime, timedelta

from msgspec import Struct, field


class Worth(Struct, frozen=True):
    """A share of what was paid (700 basis points are 7 %), or a sum for every order line."""

    kind: str
    basis_points: int | None
    rubles: int | None


class Best(Worth, frozen=True):
    """The best rate of a store; up_to: some goods earn less."""

    up_to: bool = False


class Rate(Worth, frozen=True):
    """What goods of one category earn; category None is all other goods."""

    category: str | None = None
    excluded: bool = False
    usual: Worth | None = None


class Promotion(Struct, frozen=True):
    """A promotion, up to but not including its end."""

    name: str
    valid_from: datetime
    valid_to: datetime

    @property
    def last_moment(self) -> datetime:
        """Answer a moment of its last day: one that ends at midnight ends the day before."""
        return self.valid_to - timedelta(microseconds=1)


class Soon(Promotion, frozen=True):
    """A promotion that is still to begin, and the cashback it will bring."""

    best: Best | None = None


class Store(Struct, frozen=True):
    """A store and what it pays now."""

    store_id: str
    name: str
    group: str
    subgroup: str
    status: str
    best: Best | None
    weight: int
    description: str
    conditions: str
    logo_letters: str
    logo_colour: str
    attribution_days: int
    confirmation_days: int
    keywords: tuple[str, ...] = ()
    rates: tuple[Rate, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    soon: tuple[Soon, ...] = ()

    @property
    def is_paused(self) -> bool:
        """Say whether the store's button is off."""
        return self.status == "paused"


class Subgroup(Struct, frozen=True):
    """A shelf of a group."""

    subgroup_id: str
    name: str


class Group(Struct, frozen=True):
    """A department of the shop window."""

    group_id: str
    name: str
    tagline: str
    subgroups: tuple[Subgroup, ...] = ()


class Stock(Struct, frozen=True):
    """Everything at one moment: groups in the operator's order, and stores by their id."""

    groups: tuple[Group, ...]
    stores: dict[str, Store]
    words: dict[str, str]
    """What each store is found by: its name and keywords, folded for comparing."""

    def group(self, group_id: str) -> Group | None:
        """Answer a group, if there is one of this id."""
        return next((one for one in self.groups if one.group_id == group_id), None)


class StorePage(Struct, frozen=True):
    """A page of the catalog's list; `next` is the `after` of the page behind it."""

    data: list[Store]
    following: str | None = field(name="next", default=None)


class GroupList(Struct, frozen=True):
    """The catalog's groups."""

    data: list[Group]
