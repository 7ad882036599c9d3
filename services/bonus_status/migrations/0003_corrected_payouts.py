"""A debt names the payout line by which its points were paid."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute('ALTER TABLE postings ADD COLUMN corrects_payout text COLLATE "C"')
