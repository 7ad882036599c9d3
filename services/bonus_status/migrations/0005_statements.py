"""Finds a member's postings by when they were posted: statements are drawn up from them."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("CREATE INDEX postings_of_a_member ON postings (member_id, posted_at)")
