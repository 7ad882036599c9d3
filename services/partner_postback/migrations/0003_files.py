"""Uploaded files, their rows until they are applied, and verdicts that have no receipt."""

from alembic import op

revision = "0003"
down_revision = "0002"

# `content_hash`: SHA-256 of the file as it is read, unpacked. `columns`: of a CSV file, in order;
# none of XML, whose records name their own. `advanced_at`: who waited longest goes on first.
_FILES = """
CREATE TABLE files (
    file_id uuid CONSTRAINT files_pkey PRIMARY KEY,
    partner_id text NOT NULL CONSTRAINT files_of_partner REFERENCES partners,
    profile text NOT NULL,
    profile_version text NOT NULL,
    content_hash text NOT NULL,
    name text NOT NULL,
    size_bytes bigint NOT NULL,
    columns text[] NOT NULL,
    rows bigint NOT NULL CONSTRAINT files_have_rows CHECK (rows >= 1),
    applied_rows bigint NOT NULL DEFAULT 0,
    state text NOT NULL CONSTRAINT files_state_known
        CHECK (state IN ('taken_in', 'applying', 'finished')),
    is_dry_run boolean NOT NULL,
    sent_by text NOT NULL CONSTRAINT files_sender_known CHECK (sent_by IN ('partner', 'clerk')),
    made_at timestamptz NOT NULL,
    advanced_at timestamptz NOT NULL,
    finished_at timestamptz,
    CONSTRAINT files_apply_no_row_twice CHECK (applied_rows <= rows),
    CONSTRAINT files_finished_is_all CHECK ((state = 'finished') = (applied_rows = rows)),
    CONSTRAINT files_finished_at_a_moment CHECK ((state = 'finished') = (finished_at IS NOT NULL))
);
-- The same file twice is one file. Read in another way the same bytes say something else.
CREATE UNIQUE INDEX files_same_content_once
    ON files (partner_id, profile, profile_version, content_hash) WHERE NOT is_dry_run;
CREATE INDEX files_by_partner ON files (partner_id, made_at, file_id);
CREATE INDEX files_open ON files (advanced_at, file_id) WHERE state <> 'finished';
"""

# As many rows as are applied in one transaction, as JSON: a list of texts for each row. They live
# for seconds, so compressing them would cost more time than it saves room.
_CHUNKS = """
CREATE TABLE file_chunks (
    file_id uuid NOT NULL CONSTRAINT file_chunks_of_file REFERENCES files,
    first_row bigint NOT NULL CONSTRAINT file_chunks_row_counts_from_one CHECK (first_row >= 1),
    rows text NOT NULL,
    CONSTRAINT file_chunks_pkey PRIMARY KEY (file_id, first_row)
);
ALTER TABLE file_chunks ALTER COLUMN rows SET STORAGE EXTERNAL;
"""

# Of dry runs, and of rows that could not be kept: all others have receipts.
_VERDICTS = """
CREATE TABLE file_verdicts (
    file_id uuid NOT NULL CONSTRAINT file_verdicts_of_file REFERENCES files,
    row_number bigint NOT NULL CONSTRAINT file_verdicts_row_counts_from_one CHECK (row_number >= 1),
    order_id text NOT NULL,
    line_id text NOT NULL,
    verdict text NOT NULL CONSTRAINT file_verdicts_verdict_known
        CHECK (verdict IN ('accepted', 'duplicate', 'held', 'refused')),
    code text NOT NULL,
    detail text NOT NULL,
    field text,
    CONSTRAINT file_verdicts_pkey PRIMARY KEY (file_id, row_number)
);
"""


def upgrade() -> None:
    for statements in (_FILES, _CHUNKS, _VERDICTS):
        op.execute(statements)
