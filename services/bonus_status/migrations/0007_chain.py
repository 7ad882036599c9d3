"""What is said of each member is chained by hashes; every day all chains are sealed together."""

from alembic import op

from shared import tables

revision = "0007"
down_revision = "0006"

_ENDS = """
ALTER TABLE accounts ADD COLUMN chain_hash bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex')
    CONSTRAINT accounts_chain_hash_is_one CHECK (length(chain_hash) = 32);
UPDATE accounts SET chain_hash = event_log.chain_hash FROM event_log
WHERE topic = 'bonuses' AND aggregate_id = accounts.member_id::text
  AND event_log.version = accounts.version;
"""

# `snapshot` tells which events an anchor covers, so that it can be computed again at any time.
_ANCHORS = """
CREATE TABLE chain_anchors (
    day date CONSTRAINT chain_anchors_one_a_day PRIMARY KEY,
    made_at timestamptz NOT NULL,
    snapshot pg_snapshot NOT NULL,
    members bigint NOT NULL,
    anchor_hash bytea NOT NULL
        CONSTRAINT chain_anchors_hash_is_one CHECK (length(anchor_hash) = 32)
);
CREATE FUNCTION chain_anchors_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'chain_anchors is append-only';
END $$;
CREATE TRIGGER chain_anchors_keep_what_was_sealed BEFORE UPDATE OR DELETE OR TRUNCATE
    ON chain_anchors EXECUTE FUNCTION chain_anchors_are_append_only();
REVOKE UPDATE, DELETE, TRUNCATE ON chain_anchors FROM CURRENT_USER;
"""


def upgrade() -> None:
    tables.chain_event_log(op, "bonuses")
    op.execute(_ENDS)
    op.execute(_ANCHORS)
