"""The books of a rebuild, in the schema that it builds: what was read, and how far it is applied.

The server keeps no journal of any table of the schema: a crash of the server empties them all, and
the rebuild begins anew.
"""

from collections.abc import Iterable
from typing import NamedTuple

from psycopg import sql
from sqlalchemy import Connection, Engine

from services.bonus_status.store.replay.applied import Applied
from shared.arrays import array
from shared.database import raw

_MAKE = """
CREATE UNLOGGED TABLE rebuilt (
    only_row boolean CONSTRAINT rebuilt_pkey PRIMARY KEY DEFAULT true CHECK (only_row),
    rules text NOT NULL,
    place bigint NOT NULL DEFAULT 0
);
CREATE UNLOGGED TABLE rebuilt_indexes (
    definition text NOT NULL
);
CREATE UNLOGGED TABLE rebuilt_said (
    topic text NOT NULL,
    aggregate_id text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    message text NOT NULL,
    CONSTRAINT rebuilt_said_pkey PRIMARY KEY (topic, aggregate_id, version)
);
CREATE UNLOGGED TABLE rebuilt_read (
    topic text CONSTRAINT rebuilt_read_pkey PRIMARY KEY,
    place text NOT NULL,
    events bigint NOT NULL
);
"""
_HAS_SCHEMA = "SELECT count(*) FROM pg_namespace WHERE nspname = %s"
_IS_REBUILT = "SELECT count(*) FROM pg_tables WHERE schemaname = %s AND tablename = 'rebuilt'"
_IS_WHOLE = "SELECT count(*) FROM {}.rebuilt"
# Whoever is referred to by a logged table cannot be unlogged yet.
_UNLOG = """
DO $$
DECLARE one regclass;
BEGIN
    IF EXISTS (SELECT FROM rebuilt) THEN RETURN; END IF;
    LOOP
        SELECT found.oid INTO one FROM pg_class AS found
        WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
          AND relpersistence = 'p' AND NOT EXISTS (
              SELECT FROM pg_constraint JOIN pg_class AS referring ON referring.oid = conrelid
              WHERE contype = 'f' AND confrelid = found.oid AND conrelid <> found.oid
                AND referring.relpersistence = 'p')
        LIMIT 1;
        EXIT WHEN one IS NULL;
        EXECUTE format('ALTER TABLE %s SET UNLOGGED', one);
    END LOOP;
END $$;
"""
# They serve those who read the bonuses, and no handler: made of the whole at the end, they are
# sorted once.
_FOR_READERS = ["bonuses_history", "bonuses_promised", "bonuses_confirmed"]
_SET_ASIDE = """
INSERT INTO rebuilt_indexes
SELECT indexdef FROM pg_indexes
WHERE schemaname = current_schema() AND indexname = ANY(%s) AND NOT EXISTS (SELECT FROM rebuilt)
RETURNING substring(definition FROM 'INDEX (\\w+)')
"""
_TAKE_ASIDE = "DELETE FROM rebuilt_indexes RETURNING definition"
_KEEP = "COPY rebuilt_said (topic, aggregate_id, version, message) FROM STDIN"
_READ_UP_TO = "SELECT place FROM rebuilt_read WHERE topic = %s"
_MOVE_READ = """
INSERT INTO rebuilt_read (topic, place, events) VALUES (%s, %s, %s)
ON CONFLICT (topic) DO UPDATE
    SET place = excluded.place, events = rebuilt_read.events + excluded.events
"""
# Each is looked up, whatever the planner knows of a table that just grew: as a plain join it hashed
# the whole of it for every run.
_MESSAGES = """
SELECT said.message FROM unnest(%s::text[], %s::bigint[]) WITH ORDINALITY
    AS wanted (aggregate_id, version, number)
LEFT JOIN LATERAL (
    SELECT message FROM rebuilt_said
    WHERE topic = %s AND aggregate_id = wanted.aggregate_id AND version = wanted.version LIMIT 1
) AS said ON true
ORDER BY number
"""
_PARKED = """
SELECT count(*), min(reason) FROM parked WHERE state NOT IN ('applied', 'discarded')
"""


class NotARebuild(ValueError):
    """The schema holds something else, maybe what is live: nothing is written into it."""

    def __init__(self, schema: str) -> None:
        """Name it."""
        super().__init__(f"The schema {schema!r} is no rebuild: name one that is not there yet.")


class OtherRules(ValueError):
    """The schema was begun with other rules."""

    def __init__(self, schema: str) -> None:
        """Say what to do."""
        super().__init__(
            f"The schema {schema!r} was begun with other rules: repeat the same --rules, name"
            " another schema, or begin anew (--again)."
        )


class NeverSaid(Exception):
    """What was applied stands in no event log any more."""

    def __init__(self, topic: str, aggregate_id: str, version: int) -> None:
        """Name the event."""
        super().__init__(f"Version {version} of {aggregate_id} ({topic}) stands in no event log.")


class Said(NamedTuple):
    """One event as its service said it."""

    aggregate_id: str
    version: int
    message: str


def open_schema(engine: Engine, schema: str, *, begin_anew: bool) -> None:
    """Make the schema if it is missing; raises NotARebuild for one that holds something else."""
    with engine.begin() as connection:
        run, name = raw(connection).execute, sql.Identifier(schema)
        if _truth(connection, _HAS_SCHEMA, schema):
            if not _truth(connection, _IS_REBUILT, schema):
                raise NotARebuild(schema)
            is_whole = run(sql.SQL(_IS_WHOLE).format(name)).fetchone() != (0,)
            if is_whole and not begin_anew:
                return
            run(sql.SQL("DROP SCHEMA {} CASCADE").format(name))
        run(sql.SQL("CREATE SCHEMA {}").format(name))
        run(sql.SQL("SET LOCAL search_path = {}").format(name))
        run(_MAKE)


def make_ready(connection: Connection) -> None:
    """Make a schema cheap to build in, if nothing is built there yet: no journal, fewer indexes."""
    run = raw(connection).execute
    run(_UNLOG)
    for (name,) in run(_SET_ASIDE, [_FOR_READERS]).fetchall():
        run(sql.SQL("DROP INDEX {}").format(sql.Identifier(str(name))))


def make_indexes(connection: Connection) -> None:
    """Make the indexes that were set aside."""
    run = raw(connection).execute
    for (definition,) in run(_TAKE_ASIDE).fetchall():
        run(str(definition).encode())


def note_rules(connection: Connection, schema: str, rules: str) -> None:
    """Keep the rules of a new rebuild; raises OtherRules when it was begun with others."""
    added = "INSERT INTO rebuilt (rules) VALUES (%s) ON CONFLICT DO NOTHING"
    raw(connection).execute(added, [rules])
    row = raw(connection).execute("SELECT rules FROM rebuilt").fetchone()
    assert row is not None
    if row[0] != rules:
        raise OtherRules(schema)


def read_up_to(connection: Connection, topic: str) -> str | None:
    """Answer the place of the last event of a log that was read."""
    row = raw(connection).execute(_READ_UP_TO, [topic]).fetchone()
    return None if row is None else str(row[0])


def keep_said(connection: Connection, topic: str, said: Iterable[Said], place: str) -> None:
    """Keep what was read, and up to which place."""
    count = 0
    with raw(connection).cursor() as cursor:
        with cursor.copy(_KEEP) as copying:
            for one in said:
                copying.write_row((topic, *one))
                count += 1
        cursor.execute(_MOVE_READ, [topic, place, count])


def said_so_far(connection: Connection) -> int:
    """Answer how many events were read."""
    return _number(connection, "SELECT coalesce(sum(events), 0) FROM rebuilt_read")


def messages(connection: Connection, run: Applied) -> list[str]:
    """Answer the events of a run in their order; raises NeverSaid."""
    asked = [array(run.aggregate_ids), array(run.versions), run.topic]
    rows = raw(connection).execute(_MESSAGES, asked).fetchall()
    for place, (message,) in enumerate(rows):
        if message is None:
            raise NeverSaid(run.topic, run.aggregate_ids[place], run.versions[place])
    return [str(message) for (message,) in rows]


def place(connection: Connection) -> int:
    """Answer up to which place what was applied is applied again."""
    return _number(connection, "SELECT place FROM rebuilt")


def move(connection: Connection, to: int) -> None:
    """Note that everything up to a place is applied again."""
    raw(connection).execute("UPDATE rebuilt SET place = %s", [to])


def could_not_be_applied(connection: Connection) -> tuple[int, str]:
    """Answer how many events failed this time, and why the first one did."""
    row = raw(connection).execute(_PARKED).fetchone()
    assert row is not None
    return int(str(row[0])), str(row[1])


def _truth(connection: Connection, query: str, parameter: str) -> bool:
    row = raw(connection).execute(query.encode(), [parameter]).fetchone()
    return bool(row and row[0])


def _number(connection: Connection, query: str) -> int:
    row = raw(connection).execute(query.encode()).fetchone()
    assert row is not None
    return int(str(row[0]))
