"""What an operator does to the catalogue: import a file, pause a store, open it again.

An import is all or nothing and may be repeated: it writes only what differs. It never takes a store
away, and it never changes what a store paid in the past, because members clicked on that promise.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from services.catalog import events, store
from services.catalog.domain import Group, Kept, Status, Store, history
from services.catalog.files.catalog_file import CatalogFile
from services.catalog.files.located import Problem, UnusableFile
from shared import event_log


class UnknownStore(Exception):
    """No store has this id."""

    code = "unknown_store"

    def __init__(self, store_id: str) -> None:
        """Keep the id that was asked for."""
        self.store_id = store_id
        super().__init__(f"There is no store {store_id[:64]!r}.")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, or would do."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int
    groups_changed: tuple[str, ...]
    dry_run: bool

    def __str__(self) -> str:
        """Say it in one line."""
        done = f"{len(self.added)} added, {len(self.changed)} changed, {self.unchanged} as before"
        return f"{done}; {len(self.groups_changed)} groups changed"


def import_file(
    connection: Connection, file: CatalogFile, now: datetime, *, dry_run: bool
) -> Imported:
    """Bring the catalogue to what the file says; raises UnusableFile and changes nothing."""
    store.lock(connection)
    known_groups = {group.group_id: group for group in store.groups(connection)}
    known = store.by_ids(connection, [entry.store.store_id for entry in file.entries])
    problems = [*_unknown_shelves(file, known_groups), *_rewritten_history(file, known, now)]
    if problems:
        raise UnusableFile(problems)
    groups = _changed_groups(file, known_groups)
    wanted = [_with_status(file, index, known) for index in range(len(file.entries))]
    added = [one for one in wanted if one.store_id not in known]
    changed = [one for one in wanted if one.store_id in known and one != known[one.store_id].store]
    if not dry_run:
        store.put_groups(connection, groups)
        if added:
            store.add(connection, added, now)
        if changed:
            store.change(connection, changed, now)
        _say(connection, [*added, *changed], now)
        if groups or added or changed:
            store.raise_revision(connection)
    return Imported(
        added=tuple(one.store_id for one in added),
        changed=tuple(one.store_id for one in changed),
        unchanged=len(wanted) - len(added) - len(changed),
        groups_changed=tuple(group.group_id for group in groups),
        dry_run=dry_run,
    )


def set_status(connection: Connection, store_id: str, status: Status, now: datetime) -> Kept:
    """Pause a store or open it again; once it is so, doing it again changes nothing."""
    store.lock(connection)
    kept = store.by_ids(connection, [store_id]).get(store_id)
    if kept is None:
        raise UnknownStore(store_id)
    if kept.store.status is status:
        return kept
    store.set_status(connection, store_id, status, now)
    store.raise_revision(connection)
    [said] = _say(connection, [kept.store], now)
    return said


def _say(connection: Connection, stores: list[Store], now: datetime) -> list[Kept]:
    kept = store.by_ids(connection, [one.store_id for one in stores])
    said = [kept[one.store_id] for one in stores]
    event_log.add(connection, [events.store_changed(one, now) for one in said])
    return said


def _with_status(file: CatalogFile, index: int, known: Mapping[str, Kept]) -> Store:
    entry = file.entries[index]
    kept = known.get(entry.store.store_id)
    # A clerk's pause outlives the next import of a file that says nothing of it.
    if kept is None or entry.says_status:
        return entry.store
    return replace(entry.store, status=kept.store.status)


def _changed_groups(file: CatalogFile, known: Mapping[str, Group]) -> list[Group]:
    return [group for group in file.groups if not _has(known.get(group.group_id), group)]


def _has(known: Group | None, wanted: Group) -> bool:
    if known is None or (known.name, known.tagline) != (wanted.name, wanted.tagline):
        return False
    return set(wanted.subgroups) <= set(known.subgroups)


def _unknown_shelves(file: CatalogFile, known: Mapping[str, Group]) -> Iterator[Problem]:
    shelves = {
        group.group_id: {subgroup.subgroup_id for subgroup in group.subgroups}
        for group in known.values()
    }
    for group in file.groups:
        shelves.setdefault(group.group_id, set()).update(one.subgroup_id for one in group.subgroups)
    for index, entry in enumerate(file.entries):
        one = entry.store
        if one.group not in shelves:
            message = f"No such group; there are {', '.join(shelves) or 'none yet'}."
            yield file.problem(("stores", index, "group"), message)
        elif one.subgroup not in shelves[one.group]:
            message = f"{one.group} has {', '.join(sorted(shelves[one.group]))}."
            yield file.problem(("stores", index, "subgroup"), message)


def _rewritten_history(
    file: CatalogFile, known: Mapping[str, Kept], now: datetime
) -> Iterator[Problem]:
    for index, entry in enumerate(file.entries):
        kept = known.get(entry.store.store_id)
        if kept is None:
            continue
        if history(kept.store.timeline(), now) != history(entry.store.timeline(), now):
            message = (
                "This changes what the store paid before now, and members clicked on that. "
                "Keep those terms and add new ones whose valid_from is still to come."
            )
            yield file.problem(("stores", index, "terms"), message)
