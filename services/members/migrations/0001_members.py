"""Members with their personal data, and the one-time links that sign them in."""

from alembic import op

from shared import tables

revision = "members_0001"
down_revision = None
branch_labels = None
depends_on = None

_MEMBERS = """
CREATE TABLE members (
    member_id uuid CONSTRAINT members_pkey PRIMARY KEY,
    phone text NOT NULL CONSTRAINT members_phone_is_e164 CHECK (phone ~ '^\\+[1-9][0-9]{7,14}$'),
    email text CONSTRAINT members_email_is_short CHECK (length(email) <= 254),
    language text NOT NULL
        CONSTRAINT members_language_known CHECK (language IN ('ru', 'en', 'uk', 'sv')),
    status text NOT NULL
        CONSTRAINT members_status_known CHECK (status IN ('active', 'blocked', 'erased')),
    version bigint NOT NULL CONSTRAINT members_version_counts_from_one CHECK (version >= 1),
    registered_at timestamptz NOT NULL,
    CONSTRAINT members_one_a_phone UNIQUE (phone),
    CONSTRAINT members_one_an_email UNIQUE (email)
);
CREATE TABLE sign_in_links (
    token_hash bytea CONSTRAINT sign_in_links_pkey PRIMARY KEY,
    member_id uuid NOT NULL CONSTRAINT sign_in_links_of_a_member REFERENCES members,
    made_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    used_at timestamptz,
    CONSTRAINT sign_in_links_end_later CHECK (ends_at > made_at)
);
CREATE INDEX sign_in_links_of_member ON sign_in_links (member_id);
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute(_MEMBERS)
    tables.create_event_log(op)
    tables.create_inbox(op)
    tables.create_parked(op)
