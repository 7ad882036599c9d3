"""Letters: some go to people who are no members yet."""

from alembic import op

revision = "notifications_0002"
down_revision = "notifications_0001"


def upgrade() -> None:
    """Let a message be of nobody's account."""
    op.execute("ALTER TABLE messages ALTER member_id DROP NOT NULL")
