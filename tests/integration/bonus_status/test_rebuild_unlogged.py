"""A rebuild keeps no journal and says nothing: it is cheap, and a crash of the server costs it."""

import pytest
from sqlalchemy import Connection, text

from deploy import comparing
from tests.integration.bonus_status.test_rebuild import begin, earn
from tests.integration.bonus_status.workshop import SCHEMA, Workshop

_TABLES = text("""
SELECT relname, relpersistence FROM pg_class
WHERE relnamespace = CAST(:schema AS regnamespace) AND relkind = 'r'
""")


def tables(connection: Connection) -> dict[str, str]:
    """The tables of the rebuild, and how the server keeps each."""
    found = connection.execute(_TABLES, {"schema": SCHEMA})
    return {one.relname: one.relpersistence for one in found}


def test_nothing_that_a_rebuild_does_is_said_or_journalled(workshop: Workshop) -> None:
    """The relay of the service reads its own schema, and the rebuild's log is empty."""
    _, desk = begin(workshop)
    earn(workshop)
    before = len(desk.said())
    workshop.rebuild()
    assert len(desk.said()) == before
    with desk.engine.connect() as connection:
        kept = tables(connection)
        said = connection.scalar(text(f"SELECT count(*) FROM {SCHEMA}.event_log"))
    assert set(kept.values()) == {"u"}
    assert {"bonuses", "postings", "event_log", "rebuilt"} < kept.keys()
    assert said == 0


def test_after_a_crash_of_the_server_it_begins_anew(workshop: Workshop) -> None:
    """What would break it: half of the state kept, or a place beyond what was emptied."""
    _, desk = begin(workshop)
    earn(workshop)
    assert workshop.rebuild() > 0
    with desk.engine.begin() as connection:  # what the server does when it comes up
        run = connection.exec_driver_sql
        names = [f"{SCHEMA}.{name}" for name in tables(connection)]
        for name in names:
            run(f"GRANT TRUNCATE ON {name} TO CURRENT_USER")
            run(f"ALTER TABLE {name} DISABLE TRIGGER USER")
        run(f"TRUNCATE {', '.join(names)}")
    with pytest.raises(comparing.NotRebuilt):
        workshop.compare()
    assert workshop.rebuild() > 0
    assert workshop.compare().all == []


def test_a_rebuild_has_the_indexes_of_what_is_live(workshop: Workshop) -> None:
    """Those that serve readers alone are made at its end, also of one that was stopped."""
    begin(workshop)
    earn(workshop)
    with pytest.raises(KeyboardInterrupt):
        workshop.rebuild(stop_at=1)
    assert "bonuses_history" not in indexes(workshop, SCHEMA)
    workshop.rebuild()
    live = indexes(workshop, "bonus_status")
    assert "bonuses_history" in live
    assert {one for one in indexes(workshop, SCHEMA) if not one.startswith("rebuilt")} == live


def indexes(workshop: Workshop, schema: str) -> set[str]:
    query = text("SELECT indexname FROM pg_indexes WHERE schemaname = :schema")
    with workshop.desk.engine.connect() as connection:
        return set(connection.scalars(query, {"schema": schema}))
