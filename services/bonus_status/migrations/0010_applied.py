"""The order in which events and commands took effect: what a rebuild applies again.

A row is one transaction of a handler, with the events that it applied in their order. What was
applied before this table was there has no place in it, and a rebuild does not know of it.
"""

from alembic import op

revision = "0010"
down_revision = "0009"

_APPLIED = """
CREATE TABLE applied (
    place bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT applied_pkey PRIMARY KEY,
    topic text NOT NULL,
    aggregate_ids text[] NOT NULL,
    versions bigint[] NOT NULL,
    CONSTRAINT applied_names_versions CHECK (cardinality(aggregate_ids) = cardinality(versions))
);
"""


def upgrade() -> None:
    op.execute(_APPLIED)
