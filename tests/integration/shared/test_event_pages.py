"""The event log is read page by page, in commit order, and cheaply whatever the planner knows."""

import json
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from shared import event_log, event_pages
from shared.events import open_envelope
from tests.integration.shared.test_event_log import said
from tests.support.waiting import eventually


def test_a_topic_is_read_page_by_page_in_commit_order_to_its_end(engine: Engine) -> None:
    name = f"topic-{uuid4()}"
    for version in range(1, 6):
        with engine.begin() as connection:
            event_log.add(connection, [said(name, "a", version), said("another", str(uuid4()), 1)])
    pages, after = [], None
    eventually(lambda: _settled(engine))
    with engine.connect() as connection:
        while page := event_pages.page(connection, name, after, 2):
            pages.append([open_envelope(message.encode()).version for _, message in page])
            after = page[-1][0]
    assert pages == [[1, 2], [3, 4], [5]]


def test_a_reader_sees_nothing_of_what_may_still_be_added_before_it(engine: Engine) -> None:
    """Breaks with `position > last`: the late commit would never be read."""
    name = f"topic-{uuid4()}"
    with engine.connect() as late, engine.connect() as reader:
        event_log.add(late, [said(name, "late", 1)])
        with engine.begin() as early:
            event_log.add(early, [said(name, "early", 1)])
        assert event_pages.page(reader, name, None, 10) == []
        late.commit()
        reader.rollback()
        eventually(lambda: _settled(engine))
        assert len(event_pages.page(reader, name, None, 10)) == 2


@pytest.mark.parametrize("after", ["1", "1-", "-1", "1-2-3", "1-2 ", "9" * 21, f"{2**64}-1"])
def test_a_place_that_no_log_gave_is_refused(engine: Engine, after: str) -> None:
    with engine.connect() as connection, pytest.raises(event_pages.UnknownPlace):
        event_pages.page(connection, "clicks", after, 10)


def test_no_page_sorts_what_follows_it(engine: Engine) -> None:
    """Bug: of a log that was just restored each page sorted all the rest, 0.8 s for a million."""
    name = f"topic-{uuid4()}"
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE event_log SET (autovacuum_enabled = false)"))
        event_log.add(connection, [said(name, str(uuid4()), 1) for _ in range(20_000)])
    with engine.connect() as connection:
        first = event_pages.page(connection, name, None, 10)
        # The settings of that page are those of its transaction.
        asked = [name, *first[-1][0].split("-"), 10]
        explained = f"EXPLAIN (FORMAT JSON) {event_pages.PAGE}"
        plan = connection.connection.driver_connection.execute(explained, asked).fetchone()
    assert "Sort" not in json.dumps(plan)


def _settled(engine: Engine) -> bool:
    query = """
        SELECT NOT EXISTS (SELECT FROM event_log
                           WHERE transaction_id >= pg_snapshot_xmin(pg_current_snapshot()))
    """
    with engine.connect() as connection:
        return bool(connection.scalar(text(query)))
