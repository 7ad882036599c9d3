"""Claims that are sent to partners, their answers, and what was recorded of accepted ones."""

from alembic import op

revision = "0007"
down_revision = "0006"

_SOURCE = """
ALTER TABLE receipts DROP CONSTRAINT receipts_source_known,
    ADD CONSTRAINT receipts_source_known CHECK (source IN ('push', 'pull', 'file', 'claim'));
ALTER TABLE webhook_endpoints DROP CONSTRAINT webhook_endpoints_events_known,
    ADD CONSTRAINT webhook_endpoints_events_known CHECK (
        events <@ ARRAY['conversion.changed', 'receipt.decided', 'claim.sent']
        AND cardinality(events) > 0);
"""

# `partner_id` null: nobody is registered who reports for the store.
_CLAIMS = """
CREATE TABLE claims (
    claim_id uuid CONSTRAINT claims_pkey PRIMARY KEY,
    partner_id text,
    member_id uuid NOT NULL,
    store_id text NOT NULL,
    click_id text,
    conversion_id uuid,
    order_id text,
    ordered_at timestamptz NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    state text NOT NULL,
    accepted_minor bigint,
    partner_by timestamptz,
    changed_at timestamptz NOT NULL,
    sent_at timestamptz,
    answer text CONSTRAINT claims_answer_known CHECK (answer IN ('confirmed', 'denied')),
    answer_minor bigint CONSTRAINT claims_answer_sum_above_zero CHECK (answer_minor > 0),
    answer_text text,
    answered_at timestamptz,
    record_after timestamptz,
    receipt_id uuid CONSTRAINT claims_recorded_once UNIQUE
        CONSTRAINT claims_of_a_receipt REFERENCES receipts,
    CONSTRAINT claims_answered_whole CHECK ((answer IS NULL) = (answered_at IS NULL)),
    CONSTRAINT claims_recorded_if_accepted CHECK (receipt_id IS NULL OR state = 'accepted')
);
CREATE INDEX claims_of_partner ON claims (partner_id, sent_at, claim_id)
    WHERE sent_at IS NOT NULL;
CREATE INDEX claims_to_record ON claims (changed_at)
    WHERE state = 'accepted' AND receipt_id IS NULL;
"""


def upgrade() -> None:
    for statements in (_SOURCE, _CLAIMS):
        op.execute(statements)
