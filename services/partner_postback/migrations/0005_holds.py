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


def upgrade() -> None:
    for statements in (_HELD,):
        op.execute(statements)
