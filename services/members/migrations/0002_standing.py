"""What the programme thanks members for: e-mail, profile, invitation."""

from alembic import op

revision = "members_0002"
down_revision = "members_0001"

_STANDING = """
ALTER TABLE members
    ADD email_linked_at timestamptz,
    ADD profile_filled_at timestamptz,
    ADD is_own_subscriber boolean NOT NULL DEFAULT false,
    ADD invited_by uuid CONSTRAINT members_invited_by_a_member REFERENCES members,
    ADD shared_device boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT members_not_invited_by_themselves CHECK (invited_by <> member_id),
    ADD CONSTRAINT members_link_an_email CHECK (email_linked_at IS NULL OR email IS NOT NULL);
"""


def upgrade() -> None:
    """Add the columns."""
    op.execute(_STANDING)
