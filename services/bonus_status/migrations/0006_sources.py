"""Bonuses of other sources than purchases, the rules that give them, and what the operator pays."""

from alembic import op

revision = "0006"
down_revision = "0005"

# What a rule says is kept version by version; `granted` is what its bonuses are worth now.
_RULES = """
CREATE TABLE bonus_rules (
    rule_id text CONSTRAINT bonus_rules_pkey PRIMARY KEY,
    source text NOT NULL CONSTRAINT bonus_rules_source_known CHECK (source IN (
        'email_linked', 'profile_filled', 'first_purchase', 'promo_code', 'invitation',
        'campaign', 'correction')),
    version int NOT NULL CONSTRAINT bonus_rules_version_above_zero CHECK (version > 0),
    total_cap bigint NOT NULL,
    granted bigint NOT NULL DEFAULT 0,
    CONSTRAINT bonus_rules_within_cap CHECK (granted <= total_cap),
    -- Debits are corrections too, so only of corrections more can be taken than was given.
    CONSTRAINT bonus_rules_granted_not_below_zero CHECK (granted >= 0 OR source = 'correction')
);
CREATE TABLE bonus_rule_versions (
    rule_id text NOT NULL CONSTRAINT bonus_rule_versions_of_a_rule REFERENCES bonus_rules,
    version int NOT NULL,
    is_on boolean NOT NULL,
    valid_from timestamptz,
    valid_until timestamptz,
    settings text NOT NULL,
    sentence text NOT NULL,
    total_cap bigint NOT NULL,
    reason text NOT NULL,
    clerk text NOT NULL,
    set_at timestamptz NOT NULL,
    CONSTRAINT bonus_rule_versions_pkey PRIMARY KEY (rule_id, version),
    CONSTRAINT bonus_rule_versions_end_later CHECK (valid_until > valid_from)
);
"""

_BONUSES = """
ALTER TABLE bonuses
    ALTER conversion_id DROP NOT NULL, ALTER store_id DROP NOT NULL, ALTER terms_id DROP NOT NULL,
    ALTER clicked_at DROP NOT NULL, ALTER ordered_at DROP NOT NULL,
    ALTER expected_at DROP NOT NULL, ALTER paid_minor DROP NOT NULL,
    ALTER currency DROP NOT NULL, ALTER rate_micro DROP NOT NULL,
    ALTER conversion_status DROP NOT NULL, ALTER conversion_version DROP NOT NULL,
    ADD source text NOT NULL DEFAULT 'purchase' CONSTRAINT bonuses_source_known CHECK (source IN (
        'purchase', 'email_linked', 'profile_filled', 'first_purchase', 'promo_code', 'invitation',
        'campaign', 'correction')),
    ADD order_id text,
    ADD rule_id text,
    ADD rule_version int,
    ADD follows uuid,
    ADD CONSTRAINT bonuses_of_a_rule FOREIGN KEY (rule_id, rule_version)
        REFERENCES bonus_rule_versions (rule_id, version),
    ADD CONSTRAINT bonuses_of_a_purchase_or_a_rule CHECK (CASE source
        WHEN 'purchase' THEN num_nonnulls(rule_id, rule_version, follows) = 0
            AND num_nulls(conversion_id, store_id, terms_id, clicked_at, ordered_at, expected_at,
                          paid_minor, currency, rate_micro, conversion_status,
                          conversion_version) = 0
        ELSE num_nulls(rule_id, rule_version) = 0
            AND num_nonnulls(conversion_id, store_id, order_id, terms_id, clicked_at, ordered_at,
                             expected_at, paid_minor, currency, rate_micro, category,
                             conversion_status, conversion_version) = 0
        END),
    DROP CONSTRAINT bonuses_amount_not_below_zero,
    ADD CONSTRAINT bonuses_amount_not_below_zero CHECK (amount >= 0 OR source = 'correction');
CREATE INDEX bonuses_that_follow ON bonuses (follows) WHERE follows IS NOT NULL;
CREATE UNIQUE INDEX bonuses_once_a_member ON bonuses (member_id, source)
    WHERE source IN ('email_linked', 'profile_filled', 'first_purchase');
"""

_POSTINGS = """
ALTER TABLE postings
    ALTER store_id DROP NOT NULL,
    ADD rule_id text,
    ADD CONSTRAINT postings_of_one_payer CHECK (num_nonnulls(store_id, rule_id) = 1),
    DROP CONSTRAINT postings_places_known,
    ADD CONSTRAINT postings_places_known CHECK ((source, destination) IN (
        ('store_receivable', 'member_pending'), ('member_pending', 'store_receivable'),
        ('store_receivable', 'member_accrued'), ('member_accrued', 'store_receivable'),
        ('member_debt', 'store_receivable'),
        ('operator_margin', 'member_pending'), ('member_pending', 'operator_margin'),
        ('operator_margin', 'member_accrued'), ('member_accrued', 'operator_margin'),
        ('member_debt', 'operator_margin'),
        ('member_pending', 'member_accrued'), ('member_accrued', 'member_debt'),
        ('member_accrued', 'member_reserved'), ('member_reserved', 'member_accrued'),
        ('member_reserved', 'written_off'), ('written_off', 'member_accrued'))),
    ADD CONSTRAINT postings_paid_by_their_payer CHECK (
        CASE WHEN rule_id IS NULL THEN 'operator_margin' ELSE 'store_receivable' END
        NOT IN (source, destination));
"""

_VIEWS = """
CREATE OR REPLACE VIEW entries AS
SELECT posting_id, source AS account, -amount AS amount,
       CASE source WHEN 'store_receivable' THEN store_id WHEN 'operator_margin' THEN rule_id
       ELSE member_id::text END AS owner
FROM postings
UNION ALL
SELECT posting_id, destination, amount,
       CASE destination WHEN 'store_receivable' THEN store_id WHEN 'operator_margin' THEN rule_id
       ELSE member_id::text END
FROM postings;

CREATE VIEW wrong_rules AS
SELECT rule_id, coalesce(kept.granted, 0) AS kept, coalesce(posted.granted, 0) AS posted,
       coalesce(held.granted, 0) AS held
FROM bonus_rules AS kept FULL JOIN (
    SELECT owner AS rule_id, -sum(amount) AS granted FROM entries
    WHERE account = 'operator_margin' GROUP BY owner) AS posted USING (rule_id)
LEFT JOIN (
    SELECT rule_id, sum(amount) AS granted FROM bonuses
    WHERE rule_id IS NOT NULL AND status <> 'rejected' GROUP BY rule_id) AS held USING (rule_id)
WHERE coalesce(kept.granted, 0) <> coalesce(posted.granted, 0)
   OR coalesce(kept.granted, 0) <> coalesce(held.granted, 0);
"""


def upgrade() -> None:
    for part in (_RULES, _BONUSES, _POSTINGS, _VIEWS):
        op.execute(part)
