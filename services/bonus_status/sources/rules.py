"""A rule as data: what gives a bonus that is of no purchase, when, how much, and up to what in all.

A changed rule is a new version; a bonus names the version that gave it. The operator pays, so every
rule has a total cap; whoever comes at the edge gets the rest, and the next one nothing.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid5

from msgspec import Struct

from services.bonus_status.domain import Source

# What is rewarded makes the bonus's id, and so can be rewarded once.
_NAMESPACE = UUID("7f0c6c58-9a43-4d0c-8f6e-3f1d1f6a9a51")


class Settings(Struct, frozen=True):
    """The figures of a rule; which of them its source has is checked where clerks set them."""

    amount: int = 0
    for_own_subscribers: bool = True
    most_a_member: int | None = None
    alone_up_to: int = 0
    times: int | None = None
    basis_points: int | None = None
    stores: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    most_an_order: int | None = None
    most_a_store_and_month: int | None = None


class Rule(Struct, frozen=True):
    """One version of a rule; `granted`: what all its bonuses are worth, whatever their version."""

    rule_id: str
    version: int
    source: Source
    is_on: bool
    valid_from: datetime | None
    valid_until: datetime | None
    settings: Settings
    sentence: str
    total_cap: int
    granted: int

    def in_force(self, moment: datetime) -> bool:
        """Tell whether the rule counts at a moment: up to, not including, its end."""
        begun = self.valid_from is None or self.valid_from <= moment
        return self.is_on and begun and (self.valid_until is None or moment < self.valid_until)


def in_force(rules: Iterable[Rule], source: Source, moment: datetime) -> Rule | None:
    """Answer the rule of a source that counts at a moment: of several the first by its id."""
    found = [one for one in rules if one.source is source and one.in_force(moment)]
    return min(found, key=lambda rule: rule.rule_id, default=None)


def gift_id(source: Source, *what_for: str) -> str:
    """Answer the id of the bonus that a source gives for this: the same for ever."""
    return str(uuid5(_NAMESPACE, ":".join((source.value, *what_for))))
