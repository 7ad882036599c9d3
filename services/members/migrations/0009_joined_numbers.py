"""Numbers that somebody joined with, by a digest; and whether a member's was one before him."""

from alembic import op

revision = "members_0009"
down_revision = "members_0008"

_JOINED = """
CREATE TABLE joined_numbers (
    number_digest bytea CONSTRAINT joined_numbers_pkey PRIMARY KEY
        CONSTRAINT joined_numbers_are_digests CHECK (length(number_digest) = 32),
    joined_at timestamptz NOT NULL
);
ALTER TABLE members ADD was_here_before boolean NOT NULL DEFAULT false;
"""


def upgrade() -> None:
    """Make the table and the column."""
    op.execute(_JOINED)
