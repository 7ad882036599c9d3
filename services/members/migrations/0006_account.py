"""What a member does with his account: recovery, changes of number and e-mail, settings, erasure.

What must never break stands here: an erased member has no number, no e-mail and no name.
"""

from alembic import op

revision = "members_0006"
down_revision = "members_0005"

_ACCOUNT = """
CREATE TABLE recoveries (
    recovery_id uuid CONSTRAINT recoveries_pkey PRIMARY KEY,
    state text NOT NULL CONSTRAINT recoveries_state_known
        CHECK (state IN ('phone_code', 'email_code', 'password', 'done')),
    phone text NOT NULL,
    language text NOT NULL,
    member_id uuid CONSTRAINT recoveries_of_a_member REFERENCES members,
    ends_at timestamptz NOT NULL,
    CONSTRAINT recoveries_go_on_for_members
        CHECK (state = 'phone_code' OR member_id IS NOT NULL)
);
CREATE INDEX recoveries_by_end ON recoveries (ends_at);
CREATE INDEX recoveries_of_member ON recoveries (member_id) WHERE member_id IS NOT NULL;
CREATE TABLE changes (
    change_id uuid CONSTRAINT changes_pkey PRIMARY KEY,
    member_id uuid NOT NULL CONSTRAINT changes_of_a_member REFERENCES members,
    what text NOT NULL CONSTRAINT changes_what_known CHECK (what IN ('phone', 'email')),
    new text NOT NULL,
    is_old_proved boolean NOT NULL DEFAULT false,
    is_new_proved boolean NOT NULL DEFAULT false,
    done_at timestamptz,
    ends_at timestamptz NOT NULL,
    CONSTRAINT changes_done_when_both_proved
        CHECK (done_at IS NULL OR (is_old_proved AND is_new_proved))
);
CREATE INDEX changes_by_end ON changes (ends_at);
CREATE INDEX changes_of_member ON changes (member_id);
CREATE TABLE member_settings (
    member_id uuid CONSTRAINT member_settings_one_a_member PRIMARY KEY REFERENCES members,
    name text CONSTRAINT member_settings_name_is_short CHECK (length(name) BETWEEN 1 AND 100),
    notices jsonb NOT NULL,
    quiet_from time,
    quiet_until time,
    CONSTRAINT member_settings_quiet_from_until
        CHECK ((quiet_from IS NULL) = (quiet_until IS NULL))
);
ALTER TABLE members ALTER phone DROP NOT NULL,
    ADD CONSTRAINT members_have_a_phone CHECK (phone IS NOT NULL OR status = 'erased'),
    DROP CONSTRAINT members_link_an_email,
    ADD CONSTRAINT members_link_an_email
        CHECK (email_linked_at IS NULL OR email IS NOT NULL OR status = 'erased');
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute(_ACCOUNT)
