"""A member's payouts, as a clerk's timeline lists them."""

from alembic import op

revision = "payout_0008"
down_revision = "payout_0007"


def upgrade() -> None:
    """Make the index."""
    op.execute("CREATE INDEX payouts_of_member ON payouts (member_id, requested_at)")
