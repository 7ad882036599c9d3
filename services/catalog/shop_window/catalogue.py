"""The whole catalogue in memory: some hundred stores, read far more often than changed.

Each look asks the database for one number and reads again only when that has grown, so a change is
seen at once. While the database is away the last copy goes on being shown: a window does not close.
"""

import threading
import time
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from services.catalog import store
from services.catalog.domain import Group, Kept, Segment

log = structlog.get_logger()
# How long before its first day a promotion is announced.
SOON = timedelta(days=30)
_LOOK_AWAY_SECONDS = 2.0
_PLAINER = str.maketrans({"\N{CYRILLIC SMALL LETTER IO}": "\N{CYRILLIC SMALL LETTER IE}"})


@dataclass(frozen=True, slots=True)
class Listed:
    """A store with what is worked out once: its timeline, and the words it is found by."""

    kept: Kept
    timeline: tuple[Segment, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All groups and stores at one revision."""

    revision: int
    groups: tuple[Group, ...]
    stores: dict[str, Listed] = field(default_factory=dict)
    moments: tuple[datetime, ...] = ()
    """When rates and promotions change by themselves, in order."""

    def version(self, moment: datetime) -> str:
        """Answer a name of all that is told at a moment: the same one, the same answers."""
        return f"{self.revision}-{bisect_right(self.moments, moment)}"

    def group(self, group_id: str) -> Group | None:
        """Answer a group, if there is one of this id."""
        return next((group for group in self.groups if group.group_id == group_id), None)


class Window:
    """Keeps the newest catalogue that could be read."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._seen: Catalogue | None = None
        self._look_again_at = 0.0

    def look(self) -> Catalogue:
        """Answer the catalogue; raises SQLAlchemyError only when none was ever read."""
        seen = self._seen
        if seen is not None and time.monotonic() < self._look_again_at:
            return seen
        try:
            return self._read()
        except SQLAlchemyError as fault:
            if seen is None:
                raise
            log.warning("window.shows_last_copy", fault=str(fault)[:200])
            self._look_again_at = time.monotonic() + _LOOK_AWAY_SECONDS
            return seen

    def _read(self) -> Catalogue:
        # Repeatable: the stores that are read are those of the revision that was read.
        snapshot = self._engine.execution_options(isolation_level="REPEATABLE READ")
        with snapshot.connect() as connection:
            revision = store.revision(connection)
            seen = self._seen
            if seen is not None and seen.revision == revision:
                return seen
            groups, stores = store.groups(connection), store.all_stores(connection)
        kept = {one.store.store_id: listed(one) for one in stores}
        return self._keep(Catalogue(revision, groups, kept, moments(kept.values())))

    def _keep(self, read: Catalogue) -> Catalogue:
        with self._lock:
            # Another thread may have read a later revision meanwhile.
            if self._seen is None or self._seen.revision <= read.revision:
                self._seen = read
            return self._seen


def plain(words: str) -> str:
    """Fold words for comparing: case, and the dots that hurried people leave off ё."""
    return " ".join(words.casefold().translate(_PLAINER).split())


def moments(stores: Iterable[Listed]) -> tuple[datetime, ...]:
    """Answer when anything that is told of stores changes without anybody's doing, in order."""
    found = set[datetime]()
    for one in stores:
        for segment in one.timeline:
            found |= {segment.valid_from, segment.valid_to or segment.valid_from}
        for promotion in one.kept.store.promotions:
            found |= {promotion.valid_from, promotion.valid_to, promotion.valid_from - SOON}
    return tuple(sorted(found))


def listed(kept: Kept) -> Listed:
    """Work out what a store is found by and what it pays over time."""
    words = plain(" ".join([kept.store.name, *kept.store.keywords]))
    return Listed(kept, kept.store.timeline(), words)
