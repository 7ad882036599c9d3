"""Partners, what they sent, what it adds up to, and the kit's tables."""

from alembic import op

from shared.tables import create_event_log, create_inbox, create_parked

revision = "0001"
down_revision = None

_PARTNERS = """
CREATE TABLE partners (
    partner_id text CONSTRAINT partners_pkey PRIMARY KEY,
    name text NOT NULL,
    stores text[] NOT NULL,
    formats text[] NOT NULL,
    ip_allow_list cidr[] NOT NULL,
    changed_at timestamptz NOT NULL
);
-- A signing secret must be kept as it is; of a bearer key only the hash is.
CREATE TABLE partner_secrets (
    secret_id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT partner_secrets_pkey PRIMARY KEY,
    partner_id text NOT NULL CONSTRAINT partner_secrets_of_partner REFERENCES partners,
    kind text NOT NULL CONSTRAINT partner_secrets_kind_known CHECK (kind IN ('signing', 'key')),
    value text NOT NULL,
    created_at timestamptz NOT NULL,
    valid_until timestamptz,
    CONSTRAINT partner_secrets_value_once UNIQUE (kind, value)
);
CREATE INDEX partner_secrets_by_partner ON partner_secrets (partner_id);
-- The auditor may read every table; with no policy, these rows are their owner's alone.
ALTER TABLE partner_secrets ENABLE ROW LEVEL SECURITY;
"""

# Stores as the topic `stores` tells them; rates as the operator sets them.
_KNOWN_OF_THE_WORLD = """
CREATE TABLE stores (
    store_id text CONSTRAINT stores_pkey PRIMARY KEY,
    number bigint NOT NULL CONSTRAINT stores_number_once UNIQUE,
    partner_id text NOT NULL,
    attribution_days int NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE TABLE rates (
    currency text NOT NULL CONSTRAINT rates_currency_shape CHECK (currency ~ '^[A-Z]{3}$'),
    valid_from timestamptz NOT NULL,
    rate_micro bigint NOT NULL CONSTRAINT rates_positive CHECK (rate_micro > 0),
    CONSTRAINT rates_pkey PRIMARY KEY (currency, valid_from)
);
"""

# Each authenticated request has a row, with all that is needed to read it again.
_RECEIPTS = """
CREATE TABLE receipts (
    receipt_id uuid CONSTRAINT receipts_pkey PRIMARY KEY,
    partner_id text NOT NULL,
    received_at timestamptz NOT NULL,
    format text NOT NULL,
    method text NOT NULL,
    query text NOT NULL,
    headers json NOT NULL,
    body bytea NOT NULL,
    transport_id text,
    verdict text NOT NULL CONSTRAINT receipts_verdict_known
        CHECK (verdict IN ('accepted', 'duplicate', 'held', 'refused')),
    code text NOT NULL,
    detail text NOT NULL,
    field text,
    conversion_id uuid,
    CONSTRAINT receipts_say_what_they_made
        CHECK ((verdict IN ('accepted', 'duplicate')) = (conversion_id IS NOT NULL)),
    CONSTRAINT receipts_one_a_transport_id UNIQUE (partner_id, transport_id)
);
CREATE INDEX receipts_by_partner ON receipts (partner_id, received_at, receipt_id);
CREATE INDEX receipts_not_accepted ON receipts (verdict, received_at, receipt_id)
    WHERE verdict IN ('held', 'refused');
-- What a held receipt waits for, so that it is found when that arrives.
CREATE TABLE held (
    receipt_id uuid CONSTRAINT held_pkey PRIMARY KEY
        CONSTRAINT held_of_receipt REFERENCES receipts,
    code text NOT NULL,
    partner_id text NOT NULL,
    store_number bigint,
    currency text,
    conversion_id uuid NOT NULL,
    since timestamptz NOT NULL,
    tried_at timestamptz NOT NULL,
    not_before timestamptz NOT NULL
);
CREATE INDEX held_by_code ON held (code, since);
"""

_CONVERSIONS = """
CREATE TABLE conversions (
    conversion_id uuid CONSTRAINT conversions_pkey PRIMARY KEY,
    partner_id text NOT NULL,
    order_id text NOT NULL,
    line_id text NOT NULL,
    action text NOT NULL,
    store_id text NOT NULL,
    member_id uuid NOT NULL,
    click_id text NOT NULL,
    clicked_at timestamptz NOT NULL,
    status text NOT NULL CONSTRAINT conversions_status_known CHECK (
        status IN ('reported', 'approved_unfunded', 'approved', 'declined', 'returned')),
    category text,
    paid_minor bigint NOT NULL CONSTRAINT conversions_paid_not_negative CHECK (paid_minor >= 0),
    currency text NOT NULL,
    rate_micro bigint NOT NULL CONSTRAINT conversions_rate_positive CHECK (rate_micro > 0),
    ordered_at timestamptz NOT NULL,
    reason text,
    receipt_id uuid NOT NULL,
    version bigint NOT NULL CONSTRAINT conversions_version_counts_from_one CHECK (version >= 1),
    changed_at timestamptz NOT NULL,
    CONSTRAINT conversions_one_a_business_key UNIQUE (partner_id, order_id, line_id, action),
    CONSTRAINT conversions_nothing_paid_once_returned CHECK (status <> 'returned' OR paid_minor = 0)
);
-- What the partner said of a conversion, each thing once: the state is their sum, in any order.
CREATE TABLE messages (
    conversion_id uuid NOT NULL CONSTRAINT messages_of_conversion REFERENCES conversions,
    content_hash text NOT NULL,
    receipt_id uuid NOT NULL,
    content json NOT NULL,
    CONSTRAINT messages_each_once PRIMARY KEY (conversion_id, content_hash)
);
"""


def upgrade() -> None:
    for statements in (_PARTNERS, _KNOWN_OF_THE_WORLD, _RECEIPTS, _CONVERSIONS):
        op.execute(statements)
    create_event_log(op)
    create_inbox(op)
    create_parked(op)
