"""The database itself refuses a catalogue that could not be true, whatever code writes to it."""

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from services.catalog import store
from tests.unit.catalog.builders import FIRST_DAY, make_store
from tests.unit.catalog.files import read, yaml_file

TERMS = "INSERT INTO terms (number, position, validity) VALUES"
RATE = "INSERT INTO rates (number, terms_position, kind, basis_points, rubles, excluded) VALUES"


@pytest.fixture
def number(connection: Connection) -> int:
    """The number of a store that pays since the first day of 2026, and for ever."""
    store.put_groups(connection, read(yaml_file()).groups)
    kettle = make_store(group="retail", subgroup="groceries", store_id="kettle-of-constraints")
    store.add(connection, [kettle], FIRST_DAY)
    return store.by_ids(connection, [kettle.store_id])[kettle.store_id].number


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (f"{TERMS} (:number, 1, '[2026-05-01,2026-06-01)')", "terms_never_overlap"),
        (f"{TERMS} (:number, 1, '[2025-05-01,2026-06-01)')", "terms_never_overlap"),
        (f"{TERMS} (:number, 1, 'empty')", "terms_begin_and_last"),
        (f"{TERMS} (:number, 1, '(,2025-01-01)')", "terms_begin_and_last"),
        (f"{TERMS} (-1, 1, '[2025-01-01,2025-02-01)')", "terms_of_a_store"),
        (f"{RATE} (:number, 0, 'percent', 10001, NULL, false)", "rates_percent_up_to_a_whole"),
        (f"{RATE} (:number, 0, 'flat', 100, NULL, false)", "rates_of_one_kind"),
        (f"{RATE} (:number, 0, 'percent', 0, NULL, false)", "rates_earn_unless_excluded"),
        (f"{RATE} (:number, 0, 'percent', 500, NULL, false)", "rates_one_a_category"),
        (f"{RATE} (:number, NULL, 'percent', 500, NULL, false)", "rates_of_one_thing"),
        (
            "UPDATE stores SET confirmation_days = 91 WHERE number = :number",
            "stores_confirmation_within_90_days",
        ),
        ("UPDATE stores SET status = 'gone' WHERE number = :number", "stores_status_known"),
        ("UPDATE stores SET subgroup_id = 'sea' WHERE number = :number", "stores_on_a_shelf"),
    ],
)
def test_a_row_that_cannot_be_true_is_refused(
    connection: Connection, number: int, statement: str, constraint: str
) -> None:
    with pytest.raises(DatabaseError, match=constraint):
        connection.execute(text(statement), {"number": number})


def test_terms_that_only_touch_are_welcome(connection: Connection, number: int) -> None:
    statement = text(f"{TERMS} (:number, 1, '[2025-01-01,2026-01-01)')")
    connection.execute(statement, {"number": number})
