"""Who joins again with his number is no newcomer, and gets no second bonus of a first purchase."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute("ALTER TABLE accounts ADD COLUMN was_here_before boolean NOT NULL DEFAULT false")
