"""Databases of one test alone, given back and emptied for the next: a copy costs ten times more.

What migrations put there stands in the template, and is put there again. A database that has got
more than rows (a schema of a rebuild, a trigger that fails) is given to nobody again.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache

import psycopg
from psycopg import sql

from deploy import databases

_TABLES = """
SELECT schemaname, tablename FROM pg_tables
WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2
"""
# What no server brings along has an id from 16384 on, the same in each copy.
_SHAPE = """
SELECT 'relation', oid, relname FROM pg_class WHERE oid >= 16384 UNION ALL
SELECT 'column', attrelid, attname FROM pg_attribute WHERE attrelid >= 16384 UNION ALL
SELECT 'constraint', conrelid, conname FROM pg_constraint WHERE oid >= 16384 UNION ALL
SELECT 'trigger', tgrelid, tgname FROM pg_trigger WHERE NOT tgisinternal UNION ALL
SELECT 'function', oid, proname FROM pg_proc WHERE oid >= 16384
"""
_HASH = f"SELECT md5(string_agg(of::text, ',' ORDER BY of)) FROM ({_SHAPE}) AS of"
# A server of tests is nobody's else, so its administrator may go past keys and triggers.
_EMPTY = """
SET session_replication_role = replica;
DO $$
DECLARE one record; is_filled boolean;
BEGIN
    FOR one IN SELECT schemaname, tablename FROM pg_tables
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I.%I)', one.schemaname, one.tablename)
            INTO is_filled;
        IF is_filled THEN
            EXECUTE format('DELETE FROM %I.%I', one.schemaname, one.tablename);
        END IF;
    END LOOP;
    FOR one IN SELECT schemaname, sequencename FROM pg_sequences WHERE last_value IS NOT NULL
    LOOP
        EXECUTE format('ALTER SEQUENCE %I.%I RESTART', one.schemaname, one.sequencename);
    END LOOP;
END $$;
"""
_SEQUENCES = """
SELECT schemaname, sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL
"""
_SET = "SELECT setval(format('%%I.%%I', %s::text, %s::text)::regclass, %s)"
_END_WHOEVER_IS_AT_WORK = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""
Table = tuple[str, str]
_given_back: defaultdict[str, list[str]] = defaultdict(list)


@dataclass(frozen=True, slots=True)
class _Template:
    """What a template has: its shape, its tables' rows as COPY writes them, its sequences."""

    shape: str
    rows: dict[Table, bytes]
    sequences: list[tuple[object, ...]]


def take(template: str) -> str | None:
    """Name a database that is as the template is, if one was given back."""
    return _given_back[template].pop() if _given_back[template] else None


def give_back(admin_dsn: str, template: str, name: str) -> None:
    """Empty a database for the next one who takes such a one."""
    wanted = _of_template(admin_dsn, template)
    dsn = databases.with_database(admin_dsn, name)
    with psycopg.connect(dsn, autocommit=True) as admin:
        if _shape(admin) != wanted.shape:
            return
        admin.execute(_END_WHOEVER_IS_AT_WORK)
        admin.execute(_EMPTY)
        for sequence in wanted.sequences:
            admin.execute(_SET, sequence)
        for table, rows in wanted.rows.items():
            if rows:
                with admin.cursor().copy(_copy(table, "FROM STDIN")) as copying:
                    copying.write(rows)
    _given_back[template].append(name)


@cache
def _of_template(admin_dsn: str, template: str) -> _Template:
    rows = {}
    with psycopg.connect(databases.with_database(admin_dsn, template)) as admin:
        for schema, table in admin.execute(_TABLES).fetchall():
            with admin.cursor().copy(_copy((schema, table), "TO STDOUT")) as copying:
                rows[schema, table] = b"".join(copying)
        return _Template(_shape(admin), rows, admin.execute(_SEQUENCES).fetchall())


def _shape(admin: psycopg.Connection) -> str:
    row = admin.execute(_HASH).fetchone()
    assert row is not None
    return str(row[0])


def _copy(table: Table, way: str) -> sql.Composed:
    return sql.SQL("COPY {} " + way).format(sql.Identifier(*table))
