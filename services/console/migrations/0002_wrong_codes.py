"""How many wrong codes came with a clerk's right password, since the last right one."""

from alembic import op

revision = "console_0002"
down_revision = "console_0001"
branch_labels = None
depends_on = None

_WRONG_CODES = """
ALTER TABLE clerks ADD wrong_codes int NOT NULL DEFAULT 0
    CONSTRAINT clerks_wrong_codes_count CHECK (wrong_codes >= 0);
"""


def upgrade() -> None:
    """Add the column."""
    op.execute(_WRONG_CODES)
