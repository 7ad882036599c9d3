"""Above which worth an order of a store waits for a clerk; null: no cap."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_CAP = """
ALTER TABLE stores ADD COLUMN order_cap_rubles int
    CONSTRAINT stores_cap_is_a_sum CHECK (order_cap_rubles BETWEEN 1 AND 100000000)
"""


def upgrade() -> None:
    op.execute(_CAP)
