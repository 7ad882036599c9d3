"""What partners are told, and the reports that they read."""

from alembic import op

revision = "0006"
down_revision = "0005"

# All that was said of an order; and what of it does not count, which no conversion leads to.
# Conversions by when they changed last: a partner reads on from where it stopped.
_READING = """
CREATE INDEX receipts_by_order ON receipts (partner_id, (said ->> 'order_id'))
    WHERE said IS NOT NULL;
CREATE INDEX receipts_not_counted_by_order ON receipts (partner_id, (said ->> 'order_id'))
    WHERE said IS NOT NULL AND verdict IN ('held', 'refused');
CREATE INDEX conversions_by_change ON conversions (partner_id, changed_at, conversion_id);
"""


# A partner's own signing secret for what it is told, apart from the one it signs with.
_SECRETS = """
ALTER TABLE partner_secrets DROP CONSTRAINT partner_secrets_kind_known,
    ADD CONSTRAINT partner_secrets_kind_known CHECK (
        kind IN ('signing', 'key', 'checksum', 'webhook'));
"""

# The payload is signed as it lies here, byte for byte.
_WEBHOOKS = """
CREATE TABLE webhook_endpoints (
    partner_id text CONSTRAINT webhook_endpoints_pkey PRIMARY KEY
        CONSTRAINT webhook_endpoints_of_partner REFERENCES partners,
    url text NOT NULL,
    events text[] NOT NULL CONSTRAINT webhook_endpoints_events_known CHECK (
        events <@ ARRAY['conversion.changed', 'receipt.decided'] AND cardinality(events) > 0),
    disabled_at timestamptz,
    changed_at timestamptz NOT NULL
);
CREATE TABLE webhook_deliveries (
    delivery_number bigint GENERATED ALWAYS AS IDENTITY
        CONSTRAINT webhook_deliveries_pkey PRIMARY KEY,
    delivery_id text NOT NULL CONSTRAINT webhook_deliveries_id_once UNIQUE,
    partner_id text NOT NULL CONSTRAINT webhook_deliveries_of_partner REFERENCES partners,
    type text NOT NULL,
    payload json NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CONSTRAINT webhook_deliveries_state_known
        CHECK (state IN ('waiting', 'delivered', 'given_up')),
    attempts int NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL,
    last_status int,
    last_error text,
    made_at timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT webhook_deliveries_end_once CHECK ((state = 'waiting') = (ended_at IS NULL))
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (partner_id, next_at, delivery_number)
    WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_by_partner ON webhook_deliveries (partner_id, delivery_number);
"""


def upgrade() -> None:
    for statements in (_READING, _SECRETS, _WEBHOOKS):
        op.execute(statements)
