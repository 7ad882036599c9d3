"""Ways of messages: channels, quiet hours, what became of them; notices for the site."""

from alembic import op

revision = "notifications_0003"
down_revision = "notifications_0002"

_WAYS = """
ALTER TABLE messages
    ADD COLUMN channel text CONSTRAINT messages_channel_known CHECK (channel IN ('sms', 'email')),
    ADD COLUMN beside_id uuid
        CONSTRAINT messages_beside_another REFERENCES messages (message_id),
    ADD COLUMN send_after timestamptz,
    ADD COLUMN delivery text CONSTRAINT messages_delivery_known
        CHECK (delivery IN ('accepted', 'delivered', 'failed')),
    ADD COLUMN delivery_at timestamptz,
    ADD COLUMN checks int NOT NULL DEFAULT 0,
    ADD COLUMN check_at timestamptz,
    DROP CONSTRAINT messages_state_known,
    ADD CONSTRAINT messages_state_known
        CHECK (state IN ('unsent', 'sent', 'unwanted', 'refused', 'given_up'));
CREATE INDEX messages_to_check ON messages (check_at) WHERE check_at IS NOT NULL;
CREATE TABLE notices (
    notice_number bigint GENERATED ALWAYS AS IDENTITY
        CONSTRAINT notices_number UNIQUE,
    notice_id uuid CONSTRAINT notices_pkey PRIMARY KEY,
    member_id uuid NOT NULL,
    kind text NOT NULL,
    facts jsonb NOT NULL,
    made_at timestamptz NOT NULL,
    read_at timestamptz
);
CREATE INDEX notices_of_member ON notices (member_id, notice_number DESC);
CREATE INDEX notices_unread ON notices (member_id) WHERE read_at IS NULL;
CREATE INDEX notices_by_age ON notices (made_at);
"""


def upgrade() -> None:
    """Add columns that the code before this one need not know, and a table."""
    op.execute(_WAYS)
