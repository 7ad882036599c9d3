"""Pulls on a schedule, and exchange rates with an end."""

from alembic import op

revision = "0004"
down_revision = "0003"

# Until an end that is null, a rate counts until the next one begins; past its end, none counts.
_RATES = """
ALTER TABLE rates ADD COLUMN valid_until timestamptz
    CONSTRAINT rates_end_after_they_begin CHECK (valid_until > valid_from);
-- When the central bank is to be asked next: one row, whichever process asks.
CREATE TABLE rate_fetch (
    is_one boolean NOT NULL DEFAULT true CONSTRAINT rate_fetch_pkey PRIMARY KEY
        CONSTRAINT rate_fetch_is_one CHECK (is_one),
    next_at timestamptz NOT NULL DEFAULT '-infinity',
    failures int NOT NULL DEFAULT 0,
    last_error text,
    last_run_at timestamptz
);
INSERT INTO rate_fetch DEFAULT VALUES;
"""

# `turn` grows with every change of a row: who began before it must not write after it.
# `records`: how many were ever read, so that each has a row number of its own.
_PULLS = """
CREATE TABLE pulls (
    pull_id uuid CONSTRAINT pulls_pkey PRIMARY KEY,
    partner_id text NOT NULL CONSTRAINT pulls_of_partner REFERENCES partners,
    kind text NOT NULL CONSTRAINT pulls_kind_known CHECK (kind IN (
        'admitad_statistics', 'awin_transactions', 'cj_commissions', 'impact_actions',
        'admitad_revision_xml')),
    base_url text NOT NULL,
    settings json NOT NULL,
    every_seconds int NOT NULL CONSTRAINT pulls_now_and_then CHECK (every_seconds >= 1),
    overlap_seconds int NOT NULL CONSTRAINT pulls_overlap CHECK (overlap_seconds >= 0),
    cursor json NOT NULL,
    turn bigint NOT NULL DEFAULT 0,
    records bigint NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL,
    failures int NOT NULL DEFAULT 0,
    last_error text,
    last_run_at timestamptz,
    is_paused boolean NOT NULL DEFAULT false,
    CONSTRAINT pulls_one_of_a_kind UNIQUE (partner_id, kind)
);
CREATE INDEX pulls_by_time ON pulls (next_at) WHERE NOT is_paused;
-- The auditor may read every table; with no policy, these rows are their owner's alone.
CREATE TABLE pull_credentials (
    pull_id uuid CONSTRAINT pull_credentials_pkey PRIMARY KEY
        CONSTRAINT pull_credentials_of_pull REFERENCES pulls ON DELETE CASCADE,
    value json NOT NULL
);
ALTER TABLE pull_credentials ENABLE ROW LEVEL SECURITY;
"""


def upgrade() -> None:
    for statements in (_RATES, _PULLS):
        op.execute(statements)
