"""What stores are like, rules against fraud, and what clerks decided."""

from alembic import op

revision = "0005"
down_revision = "0004"

# `is_due`: more is known of its order now. What was held before this column is tried once.
# Each index leads from one cause to what waits for it, so that a hundred thousand rows that wait
# for something else cost nothing; its codes are those of store/held.py.
_HELD = """
ALTER TABLE held ADD COLUMN is_due boolean NOT NULL DEFAULT true, ADD COLUMN rule text;
CREATE INDEX held_due ON held (tried_at) WHERE is_due;
CREATE INDEX held_by_order ON held (partner_id, order_id);
CREATE INDEX held_by_age ON held (since, receipt_id);
CREATE INDEX held_by_store ON held (store_number, tried_at) WHERE code IN (
    'unknown_store', 'click_of_other_store', 'click_too_old', 'store_paused', 'unknown_category',
    'over_cap');
CREATE INDEX held_by_partner ON held (partner_id, tried_at)
    WHERE code IN ('click_of_other_store', 'suspected_fraud');
CREATE INDEX held_by_currency ON held (currency, tried_at) WHERE code = 'no_rate';
CREATE INDEX held_by_rule ON held (rule, tried_at) WHERE code = 'suspected_fraud';
CREATE INDEX held_by_click ON held (tried_at) WHERE code = 'unknown_click';
"""

# `store_terms`: which categories of goods a store names when. Stores were told before these columns
# were there: what was said of each last may be heard once more (`cashback events republish`).
_STORES = """
ALTER TABLE stores
    ADD COLUMN status text NOT NULL DEFAULT 'active',
    ADD COLUMN order_cap_rubles bigint
        CONSTRAINT stores_cap_positive CHECK (order_cap_rubles >= 1);
CREATE INDEX stores_capped ON stores (store_id) WHERE order_cap_rubles IS NOT NULL;
CREATE TABLE store_terms (
    store_id text NOT NULL,
    number bigint NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz,
    categories text[] NOT NULL,
    CONSTRAINT store_terms_pkey PRIMARY KEY (store_id, valid_from)
);
CREATE INDEX store_terms_by_number ON store_terms (number, valid_from);
UPDATE inbox SET version = version - 1 WHERE topic = 'stores';
"""

# Who decided what about a held receipt, and why; no row is ever changed.
_DECISIONS = """
CREATE TABLE held_decisions (
    decision_number bigint GENERATED ALWAYS AS IDENTITY
        CONSTRAINT held_decisions_pkey PRIMARY KEY,
    receipt_id uuid NOT NULL CONSTRAINT held_decisions_of_receipt REFERENCES receipts,
    decision text NOT NULL CONSTRAINT held_decisions_known
        CHECK (decision IN ('released', 'refused')),
    code text NOT NULL,
    rule text,
    reason text NOT NULL CONSTRAINT held_decisions_say_why CHECK (reason <> ''),
    decided_by text NOT NULL,
    decided_at timestamptz NOT NULL,
    verdict text NOT NULL,
    verdict_code text NOT NULL
);
CREATE INDEX held_decisions_by_receipt ON held_decisions (receipt_id, decision_number);
CREATE FUNCTION keep_decisions() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE 'a decision is kept as it was made'; END $$;
CREATE TRIGGER held_decisions_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON held_decisions
    EXECUTE FUNCTION keep_decisions();
"""

# A deleted rule stays, switched off: what it held is found from it. `recorded_at`: when a line was
# first recorded; null for lines from before there were rules, which count for none of them.
_RULES = """
CREATE TABLE fraud_rules (
    name text CONSTRAINT fraud_rules_pkey PRIMARY KEY,
    kind text NOT NULL,
    settings json NOT NULL,
    is_on boolean NOT NULL,
    valid_from timestamptz,
    valid_until timestamptz,
    changed_at timestamptz NOT NULL,
    deleted_at timestamptz,
    CONSTRAINT fraud_rules_end_after_they_begin CHECK (valid_from < valid_until),
    CONSTRAINT fraud_rules_deleted_are_off CHECK (deleted_at IS NULL OR NOT is_on)
);
ALTER TABLE conversions ADD COLUMN recorded_at timestamptz;
ALTER TABLE conversions ALTER COLUMN recorded_at SET DEFAULT now();
CREATE INDEX conversions_by_member ON conversions (member_id, recorded_at);
"""


def upgrade() -> None:
    for statements in (_HELD, _STORES, _DECISIONS, _RULES):
        op.execute(statements)
