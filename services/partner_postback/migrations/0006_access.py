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


def upgrade() -> None:
    op.execute(_READING)
