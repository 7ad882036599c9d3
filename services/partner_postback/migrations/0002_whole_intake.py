"""Profiles, carts in lines, messages about whole orders, and what receipts tell beside."""

from alembic import op

revision = "0002"
down_revision = "0001"

# A changed profile is a new row: a receipt names the version that it was read by.
_PROFILES = """
CREATE TABLE profiles (
    profile_number bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT profiles_pkey PRIMARY KEY,
    name text NOT NULL,
    version text NOT NULL,
    document json NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX profiles_by_name ON profiles (name, profile_number);
"""

# A secret of checksums must be kept as it is, as one of signatures: we compute with it ourselves.
_SECRETS = """
ALTER TABLE partner_secrets DROP CONSTRAINT partner_secrets_kind_known,
    ADD CONSTRAINT partner_secrets_kind_known CHECK (kind IN ('signing', 'key', 'checksum'));
"""

# `said`: what was read of the request, null when it could not be read.
_RECEIPTS = """
ALTER TABLE receipts
    ADD COLUMN source text NOT NULL DEFAULT 'push' CONSTRAINT receipts_source_known
        CHECK (source IN ('push', 'pull', 'file')),
    ADD COLUMN source_id uuid,
    ADD COLUMN row_number bigint CONSTRAINT receipts_row_counts_from_one CHECK (row_number >= 1),
    ADD COLUMN format_version text NOT NULL DEFAULT '',
    ADD COLUMN said json,
    ADD COLUMN rule text;
CREATE INDEX receipts_by_source ON receipts (source_id, row_number) WHERE source_id IS NOT NULL;
ALTER TABLE held ADD COLUMN order_id text NOT NULL DEFAULT '',
    ADD COLUMN waived text[] NOT NULL DEFAULT '{}';
"""

# A message is about a conversion or about its whole order, each under an id of its own.
_MESSAGES = """
ALTER TABLE messages DROP CONSTRAINT messages_of_conversion;
ALTER TABLE messages RENAME COLUMN conversion_id TO subject_id;
"""

# The lines of an order that are sent one by one, as each was first seen, used yet or not.
_CARTS = """
CREATE TABLE cart_lines (
    partner_id text NOT NULL,
    order_id text NOT NULL,
    line_id text NOT NULL,
    lines int NOT NULL CONSTRAINT cart_lines_count CHECK (lines >= 1),
    CONSTRAINT cart_lines_pkey PRIMARY KEY (partner_id, order_id, line_id)
);
"""


def upgrade() -> None:
    for statements in (_PROFILES, _SECRETS, _RECEIPTS, _MESSAGES, _CARTS):
        op.execute(statements)
