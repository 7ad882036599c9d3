"""Salons with their keys, what they redeem, and their wrong guesses.

The rules that must never break stand here: a certificate is redeemed once, a receipt takes one
certificate, and what it pays and burns is what it is worth.
"""

from alembic import op

revision = "payout_0002"
down_revision = "payout_0001"

_SALONS = """
CREATE TABLE salons (
    salon_id text CONSTRAINT salons_pkey PRIMARY KEY,
    name text NOT NULL,
    is_on boolean NOT NULL
);
CREATE TABLE salon_keys (
    key_hash bytea CONSTRAINT salon_keys_pkey PRIMARY KEY,
    salon_id text NOT NULL CONSTRAINT salon_keys_of_a_salon REFERENCES salons,
    made_at timestamptz NOT NULL
);
CREATE INDEX salon_keys_of_salon ON salon_keys (salon_id, made_at);
CREATE TABLE wrong_codes (
    salon_id text NOT NULL CONSTRAINT wrong_codes_of_a_salon REFERENCES salons,
    tried_at timestamptz NOT NULL
);
CREATE INDEX wrong_codes_of_salon ON wrong_codes (salon_id, tried_at);
"""
_REDEMPTIONS = """
ALTER TABLE certificates DROP CONSTRAINT certificates_status_known;
ALTER TABLE certificates ADD CONSTRAINT certificates_status_known
    CHECK (status IN ('issued', 'redeemed'));
CREATE TABLE redemptions (
    redemption_id uuid CONSTRAINT redemptions_pkey PRIMARY KEY,
    certificate_id uuid NOT NULL CONSTRAINT redemptions_of_a_certificate REFERENCES certificates,
    salon_id text NOT NULL CONSTRAINT redemptions_in_a_salon REFERENCES salons,
    receipt text NOT NULL,
    denomination bigint NOT NULL,
    price_minor bigint NOT NULL CONSTRAINT redemptions_price_above_zero CHECK (price_minor > 0),
    pays_minor bigint NOT NULL,
    burns_minor bigint NOT NULL CONSTRAINT redemptions_burn_no_less_than_zero
        CHECK (burns_minor >= 0),
    redeemed_at timestamptz NOT NULL,
    cancelled_at timestamptz,
    CONSTRAINT redemptions_pay_what_it_is_worth
        CHECK (pays_minor + burns_minor = denomination * 100),
    CONSTRAINT redemptions_pay_up_to_the_price CHECK (pays_minor BETWEEN 1 AND price_minor)
);
CREATE UNIQUE INDEX redemptions_once_a_certificate ON redemptions (certificate_id)
    WHERE cancelled_at IS NULL;
CREATE UNIQUE INDEX redemptions_one_a_receipt ON redemptions (salon_id, receipt)
    WHERE cancelled_at IS NULL;
"""


def upgrade() -> None:
    op.execute(_SALONS)
    op.execute(_REDEMPTIONS)
