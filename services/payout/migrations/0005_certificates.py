"""Certificates ordered apart from runs, shown once, reissued and voided; members' wrong codes.

The rules that must never break stand here: an order has a key and no run, once for each member; of
a payout's certificates one is not replaced; each is replaced by one at most, and ends by one act.
"""

from alembic import op

revision = "payout_0005"
down_revision = "payout_0004"

_ORDERS = """
ALTER TABLE payouts ALTER run_month DROP NOT NULL;
ALTER TABLE payouts ALTER goal_id DROP NOT NULL;
ALTER TABLE payouts ADD ordered_with uuid;
ALTER TABLE payouts ADD CONSTRAINT payouts_of_a_run_or_ordered CHECK (
    (run_month IS NULL) = (goal_id IS NULL) AND (run_month IS NULL) = (ordered_with IS NOT NULL)
    AND (ordered_with IS NULL OR kind = 'certificate')
);
ALTER TABLE payouts ADD CONSTRAINT payouts_once_an_order UNIQUE (member_id, ordered_with);
"""
_CERTIFICATES = """
ALTER TABLE certificates DROP CONSTRAINT certificates_status_known;
ALTER TABLE certificates ADD CONSTRAINT certificates_status_known
    CHECK (status IN ('issued', 'redeemed', 'replaced', 'void'));
ALTER TABLE certificates ADD revealed_at timestamptz;
ALTER TABLE certificates ADD replaces uuid
    CONSTRAINT certificates_replace_a_certificate REFERENCES certificates
    CONSTRAINT certificates_replaced_once UNIQUE;
ALTER TABLE certificates DROP CONSTRAINT certificates_one_a_payout;
CREATE UNIQUE INDEX certificates_one_a_payout ON certificates (payout_id)
    WHERE status <> 'replaced';
CREATE TABLE certificate_acts (
    certificate_id uuid CONSTRAINT certificate_acts_one_a_certificate PRIMARY KEY
        CONSTRAINT certificate_acts_of_a_certificate REFERENCES certificates,
    act text NOT NULL CONSTRAINT certificate_acts_known CHECK (act IN ('reissued', 'voided')),
    clerk text NOT NULL,
    reason text NOT NULL,
    acted_at timestamptz NOT NULL
);
"""
_WRONG_CODES = """
ALTER TABLE wrong_codes ALTER salon_id DROP NOT NULL;
ALTER TABLE wrong_codes ADD member_id uuid;
ALTER TABLE wrong_codes ADD CONSTRAINT wrong_codes_of_a_salon_or_a_member
    CHECK ((salon_id IS NULL) <> (member_id IS NULL));
CREATE INDEX wrong_codes_of_member ON wrong_codes (member_id, tried_at)
    WHERE member_id IS NOT NULL;
"""


def upgrade() -> None:
    op.execute(_ORDERS)
    op.execute(_CERTIFICATES)
    op.execute(_WRONG_CODES)
