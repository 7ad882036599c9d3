"""Relatives whose phones members top up: their numbers, and whether they agreed.

What must never break stands here: a member names a number once, a number is kept no longer than it
may be topped up, and a code no longer than it may be typed.
"""

from alembic import op

revision = "members_0004"
down_revision = "members_0003"

_RELATIVES = """
CREATE TABLE relatives (
    relative_id uuid CONSTRAINT relatives_pkey PRIMARY KEY,
    member_id uuid NOT NULL CONSTRAINT relatives_of_a_member REFERENCES members,
    phone text CONSTRAINT relatives_phone_is_e164 CHECK (phone ~ '^\\+[1-9][0-9]{7,14}$'),
    label text NOT NULL,
    state text NOT NULL
        CONSTRAINT relatives_state_known CHECK (state IN ('asked', 'consented', 'withdrawn')),
    version bigint NOT NULL CONSTRAINT relatives_version_counts_from_one CHECK (version >= 1),
    question int NOT NULL CONSTRAINT relatives_question_counts_from_one CHECK (question >= 1),
    code_sealed text,
    tries_left int NOT NULL CONSTRAINT relatives_tries_end CHECK (tries_left >= 0),
    asked_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    consented_at timestamptz,
    withdrawn_at timestamptz,
    withdrawn_by text,
    withdrawn_because text,
    removed_at timestamptz,
    CONSTRAINT relatives_question_ends_later CHECK (ends_at > asked_at),
    CONSTRAINT relatives_code_while_asked CHECK ((state = 'asked') = (code_sealed IS NOT NULL)),
    CONSTRAINT relatives_phone_until_withdrawn CHECK ((state = 'withdrawn') = (phone IS NULL)),
    CONSTRAINT relatives_consented_at_a_moment
        CHECK (state <> 'consented' OR consented_at IS NOT NULL)
);
CREATE UNIQUE INDEX relatives_once_a_member ON relatives (member_id, phone)
    WHERE phone IS NOT NULL;
CREATE INDEX relatives_of_member ON relatives (member_id, asked_at);
CREATE INDEX relatives_of_number ON relatives (phone) WHERE phone IS NOT NULL;
-- Whom members asked lately, whatever became of it.
CREATE TABLE questions (
    member_id uuid NOT NULL CONSTRAINT questions_of_a_member REFERENCES members,
    phone text NOT NULL,
    asked_at timestamptz NOT NULL
);
CREATE INDEX questions_to_number ON questions (phone, asked_at);
CREATE INDEX questions_of_member ON questions (member_id, asked_at);
CREATE INDEX questions_by_age ON questions (asked_at);
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute(_RELATIVES)
