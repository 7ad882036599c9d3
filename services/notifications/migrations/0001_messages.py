"""Messages to members, each for one cause, and what they need: languages and names of stores."""

from alembic import op

from shared import tables

revision = "notifications_0001"
down_revision = None
branch_labels = None
depends_on = None

_MESSAGES = """
CREATE TABLE members (
    member_id uuid CONSTRAINT members_pkey PRIMARY KEY,
    language text NOT NULL
);
CREATE TABLE stores (
    store_id text CONSTRAINT stores_pkey PRIMARY KEY,
    name text NOT NULL
);
CREATE TABLE messages (
    message_id uuid CONSTRAINT messages_pkey PRIMARY KEY DEFAULT gen_random_uuid(),
    cause text NOT NULL CONSTRAINT messages_one_a_cause UNIQUE,
    member_id uuid NOT NULL,
    kind text NOT NULL,
    facts jsonb NOT NULL,
    language text,
    state text NOT NULL DEFAULT 'unsent' CONSTRAINT messages_state_known
        CHECK (state IN ('unsent', 'sent', 'refused', 'given_up')),
    attempts int NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL,
    made_at timestamptz NOT NULL,
    begun_at timestamptz NOT NULL,
    ended_at timestamptz,
    said text,
    CONSTRAINT messages_end_with_a_moment CHECK ((state = 'unsent') = (ended_at IS NULL))
);
CREATE INDEX messages_unsent ON messages (next_try_at) WHERE state = 'unsent';
CREATE INDEX messages_ended_unsent ON messages (made_at DESC)
    WHERE state IN ('refused', 'given_up');
CREATE INDEX messages_of_member ON messages (member_id, made_at DESC);
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute(_MESSAGES)
    tables.create_event_log(op)
    tables.create_inbox(op)
    tables.create_parked(op)
