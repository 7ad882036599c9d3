"""Stores that members like to find again; a store is a favourite of a member once."""

from alembic import op

revision = "members_0008"
down_revision = "members_0007"

_FAVOURITES = """
CREATE TABLE favourites (
    member_id uuid NOT NULL CONSTRAINT favourites_of_a_member REFERENCES members,
    store_id text NOT NULL
        CONSTRAINT favourites_store_id_is_short CHECK (length(store_id) BETWEEN 1 AND 64),
    at timestamptz NOT NULL,
    CONSTRAINT favourites_pkey PRIMARY KEY (member_id, store_id)
);
"""


def upgrade() -> None:
    """Make the table."""
    op.execute(_FAVOURITES)
