"""What other sources keep: shares of rules, invitations, promo codes and tries, corrections."""

from alembic import op

revision = "0009"
down_revision = "0008"

# `granted` of one order, store and month, or member: what the rule's bonuses of it are worth now.
_SHARES = """
CREATE TABLE rule_shares (
    rule_id text NOT NULL CONSTRAINT rule_shares_of_a_rule REFERENCES bonus_rules,
    share text NOT NULL,
    granted bigint NOT NULL DEFAULT 0
        CONSTRAINT rule_shares_granted_not_below_zero CHECK (granted >= 0),
    CONSTRAINT rule_shares_pkey PRIMARY KEY (rule_id, share)
);
ALTER TABLE stores ADD store_group text NOT NULL DEFAULT '';
ALTER TABLE accounts ADD first_purchase_id uuid;
UPDATE accounts SET first_purchase_id = (
    SELECT bonus_id FROM bonuses
    WHERE bonuses.member_id = accounts.member_id AND source = 'purchase'
    ORDER BY opened_at, bonus_id LIMIT 1);
CREATE INDEX bonuses_of_fallen_first_purchases ON bonuses (member_id)
    WHERE source = 'first_purchase' AND status = 'rejected';
CREATE TABLE invitations (
    friend_id uuid CONSTRAINT invitations_one_a_friend PRIMARY KEY,
    inviter_id uuid NOT NULL,
    joined_at timestamptz NOT NULL,
    held_because text CONSTRAINT invitations_held_because_known
        CHECK (held_because IN ('shared_device', 'loop')),
    released_by text,
    released_because text,
    released_at timestamptz,
    CONSTRAINT invitations_not_of_oneself CHECK (friend_id <> inviter_id),
    CONSTRAINT invitations_released_by_somebody
        CHECK (num_nulls(released_by, released_because, released_at) IN (0, 3))
);
CREATE INDEX invitations_of_inviter ON invitations (inviter_id);
"""

_PROMO_CODES = """
CREATE TABLE promo_codes (
    code text CONSTRAINT promo_codes_pkey PRIMARY KEY,
    rule_id text NOT NULL CONSTRAINT promo_codes_of_a_rule REFERENCES bonus_rules,
    most_uses int NOT NULL CONSTRAINT promo_codes_of_some_use CHECK (most_uses > 0),
    used int NOT NULL DEFAULT 0,
    reason text NOT NULL,
    clerk text NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT promo_codes_not_overused CHECK (used BETWEEN 0 AND most_uses)
);
CREATE INDEX promo_codes_of_rule ON promo_codes (rule_id, code);
CREATE TABLE promo_tries (
    member_id uuid NOT NULL,
    tried_at timestamptz NOT NULL
);
CREATE INDEX promo_tries_of_member ON promo_tries (member_id, tried_at);
"""

_CORRECTIONS = """
CREATE TABLE corrections (
    correction_id uuid CONSTRAINT corrections_pkey PRIMARY KEY,
    member_id uuid NOT NULL,
    kind text NOT NULL CONSTRAINT corrections_kind_known CHECK (kind IN ('credit', 'debit')),
    amount bigint NOT NULL CONSTRAINT corrections_amount_above_zero CHECK (amount > 0),
    reason text NOT NULL,
    clerk text NOT NULL,
    made_at timestamptz NOT NULL,
    state text NOT NULL CONSTRAINT corrections_state_known
        CHECK (state IN ('waiting', 'done', 'refused')),
    decided_by text,
    decided_because text,
    decided_at timestamptz,
    -- Above the limit two persons decide: never the same one twice.
    CONSTRAINT corrections_by_two_persons CHECK (decided_by <> clerk),
    CONSTRAINT corrections_refused_by_somebody CHECK (state <> 'refused' OR decided_by IS NOT NULL)
);
CREATE INDEX corrections_by_state ON corrections (state, made_at, correction_id);
"""


def upgrade() -> None:
    for part in (_SHARES, _PROMO_CODES, _CORRECTIONS):
        op.execute(part)
