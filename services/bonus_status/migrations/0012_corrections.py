"""A correction names its bonus: no command's id is one of a bonus any more.

NULL is one of before: its bonus has its own id, and keeps it.
"""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute("ALTER TABLE corrections ADD COLUMN bonus_id uuid")
