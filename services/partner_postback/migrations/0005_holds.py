"""What stores are like, rules against fraud, and what clerks decided."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("SELECT 1")
