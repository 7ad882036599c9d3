"""Rules, version by version, and what each has given: in all, and of shares with a cap.

What a rule gave is moved as the last thing of a batch, without a lock before: two lanes that give
by the same rule need not wait for each other, and the table's own constraint holds the cap. Only
near its edge a rule is locked first, because who comes first then gets the rest; the weaker lock,
because who opened a share or a bonus of the rule refers to it already. Shares are always locked,
before rules.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection

from services.bonus_status.domain import Source
from services.bonus_status.sources.budgets import Budgets
from services.bonus_status.sources.rules import Rule, Settings
from services.bonus_status.store.replay import applied
from shared.arrays import array, columns
from shared.database import raw

TOPIC = "rules"  # under which a version has its place among what was applied
# More than the batches under way can give together.
_NEAR_THE_EDGE_POINTS = 4_000_000
_read_settings = msgspec.json.Decoder(Settings)
_SELECT = """
SELECT rule.rule_id, said.version, rule.source, said.is_on, said.valid_from, said.valid_until,
       said.settings, said.sentence, rule.total_cap, rule.granted
FROM bonus_rules AS rule JOIN bonus_rule_versions AS said USING (rule_id)
"""
_CURRENT = f"{_SELECT} WHERE said.version = rule.version AND rule.source = ANY(%s::text[])"
_ONE = f"{_SELECT} WHERE said.version = rule.version AND rule.rule_id = %s"
_VERSIONS = f"""{_SELECT} JOIN unnest(%s::text[], %s::int[]) AS asked (asked_id, asked_version)
ON (rule_id, said.version) = (asked_id, asked_version)
"""
_LOCK = """
SELECT rule_id, granted FROM bonus_rules WHERE rule_id = ANY(%s::text[])
ORDER BY rule_id FOR NO KEY UPDATE
"""
_OPEN_SHARES = """
INSERT INTO rule_shares (rule_id, share)
SELECT * FROM unnest(%s::text[], %s::text[]) AS new (rule_id, share) ORDER BY 1, 2
ON CONFLICT DO NOTHING
"""
_LOCK_SHARES = """
SELECT rule_shares.rule_id, rule_shares.share, granted FROM rule_shares
JOIN unnest(%s::text[], %s::text[]) AS asked (rule_id, share) USING (rule_id, share)
ORDER BY 1, 2 FOR UPDATE OF rule_shares
"""
_MOVE_SHARES = """
UPDATE rule_shares SET granted = rule_shares.granted + moved.amount
FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS moved (rule_id, share, amount)
WHERE (rule_shares.rule_id, rule_shares.share) = (moved.rule_id, moved.share)
"""
_ADD_RULE = """
INSERT INTO bonus_rules (rule_id, source, version, total_cap)
VALUES (%(rule_id)s, %(source)s, 1, %(total_cap)s) ON CONFLICT DO NOTHING
"""
_CHANGE_RULE = """
UPDATE bonus_rules SET version = version + 1, total_cap = %(total_cap)s
WHERE rule_id = %(rule_id)s AND source = %(source)s AND granted <= %(total_cap)s RETURNING version
"""
_ADD_VERSION = """
INSERT INTO bonus_rule_versions (rule_id, version, is_on, valid_from, valid_until, settings,
                                 sentence, total_cap, reason, clerk, set_at)
VALUES (%(rule_id)s, %(version)s, %(is_on)s, %(valid_from)s, %(valid_until)s, %(settings)s,
        %(sentence)s, %(total_cap)s, %(reason)s, %(clerk)s, %(now)s)
"""
_SAID = (
    *("is_on", "valid_from", "valid_until", "settings", "sentence", "total_cap"),
    *("reason", "clerk"),
)
_HISTORY = f"""
SELECT version, {", ".join(_SAID)}, set_at
FROM bonus_rule_versions WHERE rule_id = %s ORDER BY version DESC LIMIT 100
"""  # noqa: S608 - columns
_AS_SAID = f"""
SELECT (SELECT source FROM bonus_rules AS rule WHERE rule.rule_id = said.rule_id),
       {", ".join(_SAID)}, set_at
FROM bonus_rule_versions AS said WHERE (rule_id, version) = (%s, %s)
"""  # noqa: S608 - columns


class UnknownRule(LookupError):
    """There is no such rule."""

    code = "unknown_rule"

    def __init__(self, rule_id: str) -> None:
        """Name it."""
        super().__init__(f"There is no rule {rule_id[:64]!r}. GET /bonus-rules lists them.")


class OtherSource(ValueError):
    """A rule keeps its source for ever: its bonuses were given for that."""

    code = "other_source"
    field = "source"

    def __init__(self, source: str) -> None:
        """Name the source that it has."""
        super().__init__(f"source: this rule is one of {source}; make another rule.")


class CapBelowGranted(ValueError):
    """More than that was given already."""

    code = "cap_below_granted"
    field = "total_cap"

    def __init__(self, granted: int) -> None:
        """Keep and say how much."""
        self.granted = granted
        super().__init__(f"total_cap: {granted} points are given already.")


def current(connection: Connection, sources: Iterable[Source]) -> list[Rule]:
    """Answer the rules of these sources as they are now, on or off."""
    wanted = array([source.value for source in sources])
    return [_rule(row) for row in raw(connection).execute(_CURRENT, [wanted]).fetchall()]


def one(connection: Connection, rule_id: str) -> Rule:
    """Answer a rule as it is now; raises UnknownRule."""
    row = raw(connection).execute(_ONE, [rule_id]).fetchone()
    if row is None:
        raise UnknownRule(rule_id)
    return _rule(row)


def versions(connection: Connection, wanted: Collection[tuple[str, int]]) -> list[Rule]:
    """Answer these versions of rules."""
    if not wanted:
        return []
    rows = raw(connection).execute(_VERSIONS, columns(sorted(wanted))).fetchall()
    return [_rule(row) for row in rows]


def budgets(
    connection: Connection,
    rules: Sequence[Rule],
    shares: Collection[tuple[str, str]] = (),
    *,
    lock: bool = False,
) -> Budgets:
    """Answer what these rules can still give; lock the members' accounts first.

    `lock`: wait for whoever gives by the same rules, as a single command can.
    """
    given: dict[tuple[str, str], int] = {}
    if shares:
        asked = columns(sorted(shares))
        raw(connection).execute(_OPEN_SHARES, asked)
        rows = raw(connection).execute(_LOCK_SHARES, asked).fetchall()
        given = {(str(row[0]), str(row[1])): int(str(row[2])) for row in rows}
    if lock or any(0 < one.total_cap - one.granted < _NEAR_THE_EDGE_POINTS for one in rules):
        wanted = array(sorted({one.rule_id for one in rules}))
        locked = raw(connection).execute(_LOCK, [wanted]).fetchall()
        granted = {str(row[0]): int(str(row[1])) for row in locked}
        rules = [replace(one, granted=granted[one.rule_id]) for one in rules]
    return Budgets(rules, given)


def save(connection: Connection, moved: Budgets) -> None:
    """Keep what shares were given; what rules gave is saved with the books."""
    rows = [(*key, amount) for key, amount in sorted(moved.moved.items()) if amount]
    if rows:
        raw(connection).execute(_MOVE_SHARES, columns(rows))


def put(connection: Connection, rule_id: str, said: Mapping[str, Any], now: datetime) -> None:
    """Set a rule: a new version of it; raises OtherSource, CapBelowGranted."""
    applied.begin(connection, alone=True)
    row = _row(rule_id, said, now)
    if raw(connection).execute(_ADD_RULE, row).rowcount == 0:
        changed = raw(connection).execute(_CHANGE_RULE, row).fetchone()
        if changed is None:
            before = one(connection, rule_id)
            if before.source.value != said["source"]:
                raise OtherSource(before.source.value)
            raise CapBelowGranted(before.granted)
        row["version"] = changed[0]
    _add_version(connection, row)


def add_missing(
    connection: Connection, shipped: Mapping[str, Mapping[str, Any]], now: datetime
) -> None:
    """Put rules in place whose names nobody ever used."""
    applied.begin(connection, alone=True)
    for rule_id, said in sorted(shipped.items()):
        row = _row(rule_id, {**said, "reason": "as shipped", "clerk": "programme"}, now)
        if raw(connection).execute(_ADD_RULE, row).rowcount == 1:
            _add_version(connection, row)


def _add_version(connection: Connection, row: Mapping[str, Any]) -> None:
    raw(connection).execute(_ADD_VERSION, row)
    applied.note(connection, TOPIC, [(row["rule_id"], row["version"])])


def _row(rule_id: str, said: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    settings = msgspec.json.encode(said["settings"]).decode()
    return {**said, "rule_id": rule_id, "now": now, "version": 1, "settings": settings}


def history(connection: Connection, rule_id: str) -> list[dict[str, object]]:
    """Answer the last 100 versions of a rule, the newest first."""
    rows = raw(connection).execute(_HISTORY, [rule_id]).fetchall()
    return [_as_said(("version", *_SAID, "set_at"), row) for row in rows]


def as_said(connection: Connection, rule_id: str, version: int) -> tuple[dict[str, Any], datetime]:
    """Answer what a version said, as `put` takes it, and when it was set."""
    row = raw(connection).execute(_AS_SAID, [rule_id, version]).fetchone()
    assert row is not None
    said = _as_said(("source", *_SAID, "set_at"), row)
    return said, said.pop("set_at")


def _as_said(names: Sequence[str], row: Sequence[Any]) -> dict[str, Any]:
    said = dict(zip(names, row, strict=True))
    return said | {"settings": msgspec.json.decode(said["settings"])}


def _rule(row: Sequence[Any]) -> Rule:
    rule_id, version, source, is_on, valid_from, valid_until, settings, *rest = row
    read = _read_settings.decode(settings)
    return Rule(rule_id, version, Source(source), is_on, valid_from, valid_until, read, *rest)
