"""Who blocked and unblocked a member, and why."""

from alembic import op

revision = "members_0003"
down_revision = "members_0002"

_DECISIONS = """
CREATE TABLE decisions (
    number bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT decisions_pkey PRIMARY KEY,
    member_id uuid NOT NULL CONSTRAINT decisions_of_a_member REFERENCES members,
    status text NOT NULL CONSTRAINT decisions_status_known CHECK (status IN ('active', 'blocked')),
    reason text NOT NULL,
    clerk text NOT NULL,
    decided_at timestamptz NOT NULL
);
CREATE INDEX decisions_of_member ON decisions (member_id, number);
"""


def upgrade() -> None:
    """Make the table."""
    op.execute(_DECISIONS)
