"""A number that another owner claims, and members who lost theirs to one.

What must never break stands here: who is active has a number.
"""

from alembic import op

revision = "members_0007"
down_revision = "members_0006"

_CLAIMS = """
CREATE TABLE number_claims (
    member_id uuid CONSTRAINT number_claims_one_a_member PRIMARY KEY REFERENCES members,
    claimed_at timestamptz NOT NULL
);
ALTER TABLE members DROP CONSTRAINT members_have_a_phone,
    ADD CONSTRAINT members_have_a_phone CHECK (phone IS NOT NULL OR status <> 'active');
ALTER TABLE sign_ups DROP CONSTRAINT sign_ups_state_known,
    ADD CONSTRAINT sign_ups_state_known CHECK (state IN
        ('phone_code', 'taken', 'email', 'email_code', 'password', 'confirm', 'welcome'));
"""


def upgrade() -> None:
    """Make the table."""
    op.execute(_CLAIMS)
