"""The kit's three tables, the same in every schema; a service's first migration makes them.

`event_log` is append-only and keeps everything that was ever said: it is the truth that Kafka
carries. The version is unique per aggregate: two writers that both think they are next cannot both
commit.
"""

from typing import Any

_EVENT_LOG = """
CREATE TABLE event_log (
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    position bigint GENERATED ALWAYS AS IDENTITY,
    topic text NOT NULL,
    key text NOT NULL,
    aggregate_id text NOT NULL,
    version bigint NOT NULL CONSTRAINT event_log_version_counts_from_one CHECK (version >= 1),
    occurred_at timestamptz NOT NULL,
    message text NOT NULL,
    CONSTRAINT event_log_in_commit_order PRIMARY KEY (transaction_id, position),
    CONSTRAINT event_log_one_event_a_version UNIQUE (topic, aggregate_id, version)
);
CREATE TABLE event_log_sent (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    transaction_id xid8 NOT NULL,
    position bigint NOT NULL
);
INSERT INTO event_log_sent (transaction_id, position) VALUES ('0', 0);
CREATE FUNCTION event_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'event_log is append-only';
END $$;
CREATE TRIGGER event_log_keeps_what_was_said BEFORE UPDATE OR DELETE OR TRUNCATE ON event_log
    EXECUTE FUNCTION event_log_is_append_only();
"""

# `link` of shared/chain.py, and its fold; what was said before is chained as it stands.
_CHAIN = """
ALTER TABLE event_log ADD COLUMN chain_hash bytea;
CREATE FUNCTION event_log_link(previous bytea, message text) RETURNS bytea
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN sha256(previous || sha256(convert_to(message, 'UTF8')));
CREATE AGGREGATE event_log_chain(message text) (
    sfunc = event_log_link, stype = bytea,
    initcond = '\\x0000000000000000000000000000000000000000000000000000000000000000'
);
ALTER TABLE event_log DISABLE TRIGGER event_log_keeps_what_was_said;
UPDATE event_log SET chain_hash = chained.chain_hash FROM (
    SELECT aggregate_id, version, event_log_chain(message) OVER (
        PARTITION BY aggregate_id ORDER BY version) AS chain_hash
    FROM event_log WHERE topic = '{topic}') AS chained
WHERE topic = '{topic}' AND event_log.aggregate_id = chained.aggregate_id
  AND event_log.version = chained.version;
ALTER TABLE event_log ENABLE TRIGGER event_log_keeps_what_was_said,
    ADD CONSTRAINT event_log_is_chained
        CHECK (topic <> '{topic}' OR coalesce(length(chain_hash), 0) = 32);
REVOKE UPDATE, DELETE, TRUNCATE ON event_log FROM CURRENT_USER;
"""

_INBOX = """
CREATE TABLE inbox (
    topic text NOT NULL,
    aggregate_id text NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT inbox_one_version_an_aggregate PRIMARY KEY (topic, aggregate_id)
);
"""

_PARKED = """
CREATE TABLE parked (
    parked_id uuid CONSTRAINT parked_pkey PRIMARY KEY,
    topic text NOT NULL,
    partition int NOT NULL,
    "offset" bigint NOT NULL,
    key text,
    aggregate_id text,
    version bigint,
    message bytea NOT NULL,
    reason text NOT NULL,
    state text NOT NULL CONSTRAINT parked_state_known
        CHECK (state IN ('parked', 'waiting', 'replay', 'applied', 'discarded')),
    parked_at timestamptz NOT NULL,
    retry_at timestamptz NOT NULL,
    tries int NOT NULL DEFAULT 0
);
-- Offsets begin again after a loss of the brokers, so the place alone does not name a message.
CREATE UNIQUE INDEX parked_one_row_a_message ON parked (topic, partition, "offset", md5(message));
CREATE INDEX parked_open ON parked (topic, aggregate_id, version) WHERE state NOT IN ('applied',
'discarded');
"""


def create_event_log(op: Any) -> None:
    """Make the log of what this service says, and how far its relay has sent it."""
    op.execute(_EVENT_LOG)


def chain_event_log(op: Any, topic: str) -> None:
    """Let each event of a topic carry the hash of all that was said of its aggregate up to it."""
    op.execute(_CHAIN.format(topic=topic))


def create_inbox(op: Any) -> None:
    """Make the guard: the last version that was applied of each aggregate heard of."""
    op.execute(_INBOX)


def create_parked(op: Any) -> None:
    """Make the table of messages that could not be applied yet."""
    op.execute(_PARKED)
