"""INVARIANT: PostgreSQL reads the array that was written; a wrong quote would be an injection."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from shared.arrays import array

# What PostgreSQL can keep at all: no NUL, no half of a surrogate pair.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(values=st.lists(st.none() | TEXTS | st.sampled_from(["NULL", "\\", '"', "{", ",", "'"])))
def test_every_text_comes_back_as_it_went(engine: Engine, values: list[str | None]) -> None:
    with engine.connect() as connection:
        query = "SELECT %s::text[]"
        assert connection.exec_driver_sql(query, (array(values),)).scalar() == values
