"""Stores, their terms and promotions, and the one timeline that these fold into.

An operator thinks in base terms and promotions that raise them; a bonus needs the rates of one
moment. So the two are folded once, here, into segments that never overlap, and only segments leave
the service.
All periods are half-open: they hold from `valid_from` up to, not including, `valid_to`.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from itertools import pairwise
from typing import TypeVar
from uuid import UUID, uuid5

from services.catalog.rates import Rate, raised
from shared.months import PROGRAMME_ZONE

# Outside of these lie slips of the pen, and the calendar's ends, which not every zone can show.
FIRST_YEAR, LAST_YEAR = 2000, 2199
EARLIEST = datetime(FIRST_YEAR, 1, 1, tzinfo=PROGRAMME_ZONE)
LATEST = datetime(LAST_YEAR + 1, 1, 1, tzinfo=PROGRAMME_ZONE)
_TERMS = UUID("5a3c1c9e-6d0b-5b58-9a53-4d6f0d2a7c11")


class Status(StrEnum):
    """Whether a store's button works."""

    ACTIVE = "active"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Terms:
    """The base rates of a store in one period; valid_to None is an open end."""

    valid_from: datetime
    valid_to: datetime | None
    rates: tuple[Rate, ...]


@dataclass(frozen=True, slots=True)
class Promotion:
    """Rates that are at least this high between two moments."""

    name: str
    valid_from: datetime
    valid_to: datetime
    rates: tuple[Rate, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the timeline with the same rates at every moment."""

    terms_id: UUID
    valid_from: datetime
    valid_to: datetime | None
    rates: tuple[Rate, ...]


@dataclass(frozen=True, slots=True)
class Subgroup:
    """A shelf of a group; its id is unique within the group."""

    subgroup_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Group:
    """A department of the shop window."""

    group_id: str
    name: str
    tagline: str
    subgroups: tuple[Subgroup, ...]


@dataclass(frozen=True, slots=True)
class Store:
    """A partner's shop as the operator describes it."""

    store_id: str
    name: str
    partner_id: str
    group: str
    subgroup: str
    description: str
    conditions: str
    keywords: tuple[str, ...]
    logo_letters: str
    logo_colour: str
    status: Status
    tracking_url: str
    deep_link_hosts: tuple[str, ...]
    attribution_days: int
    confirmation_days: int
    terms: tuple[Terms, ...]
    promotions: tuple[Promotion, ...] = ()
    order_cap_rubles: int | None = None

    def timeline(self) -> tuple[Segment, ...]:
        """Answer what the store pays at every moment, past and planned."""
        return fold(self.store_id, self.terms, self.promotions)


@dataclass(frozen=True, slots=True)
class Kept:
    """A store as this service keeps it: with its number in click ids, and how often it changed."""

    store: Store
    number: int
    version: int


Period = TypeVar("Period", Terms, Promotion, Segment)


def in_force(periods: Iterable[Period], moment: datetime) -> list[Period]:
    """Answer the periods that hold at a moment."""
    return [
        one
        for one in periods
        if one.valid_from <= moment and (one.valid_to is None or moment < one.valid_to)
    ]


def fold(
    store_id: str, terms: Sequence[Terms], promotions: Sequence[Promotion]
) -> tuple[Segment, ...]:
    """Fold base terms and promotions into segments, each as long as its rates stay the same.

    The id of a segment follows from the store, its start and its rates: who saw it keeps knowing it
    when later terms are added, and an end that moves does not make it another.
    """
    pieces: list[Terms] = []
    for start, end in _steps(terms, promotions):
        for base in in_force(terms, start):
            rates = raised(base.rates, [one.rates for one in in_force(promotions, start)])
            pieces = _append(pieces, Terms(start, end, rates))
    return tuple(
        Segment(_terms_id(store_id, one), one.valid_from, one.valid_to, one.rates) for one in pieces
    )


def history(segments: Sequence[Segment], before: datetime) -> tuple[tuple[object, ...], ...]:
    """Answer what held before a moment, comparable: a promise to those who clicked then."""
    return tuple(
        (one.valid_from, min(one.valid_to or before, before), one.rates)
        for one in segments
        if one.valid_from < before
    )


def _steps(
    terms: Sequence[Terms], promotions: Sequence[Promotion]
) -> list[tuple[datetime, datetime | None]]:
    periods: list[tuple[datetime, datetime | None]] = [
        *((one.valid_from, one.valid_to) for one in terms),
        *((one.valid_from, one.valid_to) for one in promotions),
    ]
    moments = sorted({moment for period in periods for moment in period if moment is not None})
    return [*pairwise(moments), *((last, None) for last in moments[-1:])]


def _append(pieces: list[Terms], piece: Terms) -> list[Terms]:
    if pieces and pieces[-1].valid_to == piece.valid_from and pieces[-1].rates == piece.rates:
        return [*pieces[:-1], replace(pieces[-1], valid_to=piece.valid_to)]
    return [*pieces, piece]


def _terms_id(store_id: str, piece: Terms) -> UUID:
    start = piece.valid_from.astimezone(UTC).isoformat()
    return uuid5(_TERMS, json.dumps([store_id, start, [_as_list(rate) for rate in piece.rates]]))


def _as_list(rate: Rate) -> list[object]:
    return [rate.category, rate.kind, rate.basis_points, rate.rubles, rate.excluded]
