"""Sign-up, sign-in, devices: what proves that a number or an e-mail is somebody's own.

What must never break stands here: a code has few tries and is used once, a captcha is solved once,
a sign-up makes one member, and of a password or of a device's secret only the hash is kept.
"""

from alembic import op

revision = "members_0005"
down_revision = "members_0004"

_LETTERS = """
-- Each is an SMS or an e-mail that notifications sends: whom to and what of it is sealed, and
-- the row is gone once it cannot be sent any more.
CREATE TABLE letters (
    letter_id uuid CONSTRAINT letters_pkey PRIMARY KEY,
    about text,
    content_sealed text NOT NULL,
    ends_at timestamptz NOT NULL
);
CREATE INDEX letters_by_subject ON letters (about) WHERE about IS NOT NULL;
CREATE INDEX letters_by_end ON letters (ends_at);
CREATE TABLE codes (
    subject uuid NOT NULL,
    purpose text NOT NULL,
    number int NOT NULL CONSTRAINT codes_number_counts_from_one CHECK (number >= 1),
    code_sealed text,
    tries_left int NOT NULL CONSTRAINT codes_tries_end CHECK (tries_left >= 0),
    asked_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    used_at timestamptz,
    sending bigint,
    CONSTRAINT codes_one_a_purpose PRIMARY KEY (subject, purpose),
    CONSTRAINT codes_end_later CHECK (ends_at > asked_at)
);
CREATE INDEX codes_by_end ON codes (ends_at);
-- For limits and against SMS pumping: which prefix, from where, and whether it was typed back.
CREATE TABLE code_sendings (
    sending bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT code_sendings_pkey PRIMARY KEY,
    recipient_digest bytea NOT NULL,
    visitor_address text NOT NULL,
    prefix text,
    sent_at timestamptz NOT NULL,
    typed_back_at timestamptz
);
CREATE INDEX code_sendings_to_recipient ON code_sendings (recipient_digest, sent_at);
CREATE INDEX code_sendings_from_address ON code_sendings (visitor_address, sent_at);
CREATE INDEX code_sendings_to_prefix ON code_sendings (prefix, sent_at) WHERE prefix IS NOT NULL;
CREATE INDEX code_sendings_by_age ON code_sendings (sent_at);
CREATE TABLE captchas_used (
    challenge_digest bytea CONSTRAINT captchas_used_once PRIMARY KEY,
    kind text NOT NULL CONSTRAINT captchas_used_kind_known CHECK (kind IN ('work', 'question')),
    visitor_address text NOT NULL,
    used_at timestamptz NOT NULL
);
CREATE INDEX captchas_used_by_age ON captchas_used (used_at);
CREATE INDEX captchas_used_questions ON captchas_used (visitor_address, used_at)
    WHERE kind = 'question';
"""
_SIGN_UPS = """
CREATE TABLE sign_ups (
    sign_up_id uuid CONSTRAINT sign_ups_pkey PRIMARY KEY,
    state text NOT NULL CONSTRAINT sign_ups_state_known CHECK (state IN
        ('phone_code', 'email', 'email_code', 'password', 'confirm', 'welcome')),
    phone text,
    email text CONSTRAINT sign_ups_email_is_short CHECK (length(email) <= 254),
    password_hash text,
    language text NOT NULL
        CONSTRAINT sign_ups_language_known CHECK (language IN ('ru', 'en', 'uk', 'sv')),
    invited_by uuid CONSTRAINT sign_ups_invited_by_a_member REFERENCES members,
    member_id uuid CONSTRAINT sign_ups_of_a_member REFERENCES members
        CONSTRAINT sign_ups_one_a_member UNIQUE,
    made_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    CONSTRAINT sign_ups_end_later CHECK (ends_at > made_at),
    CONSTRAINT sign_ups_welcome_a_member CHECK ((state = 'welcome') = (member_id IS NOT NULL)),
    CONSTRAINT sign_ups_forget_whom_they_welcomed CHECK (
        state <> 'welcome' OR (phone IS NULL AND email IS NULL AND password_hash IS NULL)),
    CONSTRAINT sign_ups_have_all_to_confirm CHECK (state <> 'confirm'
        OR (phone IS NOT NULL AND email IS NOT NULL AND password_hash IS NOT NULL))
);
CREATE INDEX sign_ups_by_end ON sign_ups (ends_at);
CREATE TABLE invitations (
    member_id uuid CONSTRAINT invitations_one_a_member PRIMARY KEY REFERENCES members,
    code text NOT NULL CONSTRAINT invitations_one_a_code UNIQUE
        CONSTRAINT invitations_code_is_short CHECK (code ~ '^[2-9A-HJ-NP-Z]{8}$')
);
"""
_DEVICES = """
CREATE TABLE passwords (
    member_id uuid CONSTRAINT passwords_one_a_member PRIMARY KEY REFERENCES members,
    password_hash text NOT NULL,
    changed_at timestamptz NOT NULL
);
-- By the digest of a number, registered or not, and of a visitor's address: what is locked tells
-- nothing of who is a member.
CREATE TABLE guesses (
    key_digest bytea CONSTRAINT guesses_pkey PRIMARY KEY,
    tries int NOT NULL CONSTRAINT guesses_count CHECK (tries >= 0),
    last_at timestamptz NOT NULL
);
CREATE INDEX guesses_by_age ON guesses (last_at);
CREATE TABLE devices (
    device_id uuid CONSTRAINT devices_pkey PRIMARY KEY,
    member_id uuid NOT NULL CONSTRAINT devices_of_a_member REFERENCES members,
    secret_hash bytea NOT NULL,
    name text NOT NULL,
    is_remembered boolean NOT NULL,
    made_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT devices_end_later CHECK (ends_at > made_at)
);
CREATE INDEX devices_of_member ON devices (member_id, last_used_at);
CREATE TABLE sign_ins (
    sign_in_id uuid CONSTRAINT sign_ins_pkey PRIMARY KEY,
    phone text NOT NULL,
    language text NOT NULL,
    member_id uuid CONSTRAINT sign_ins_of_a_member REFERENCES members,
    ends_at timestamptz NOT NULL
);
CREATE INDEX sign_ins_by_end ON sign_ins (ends_at);
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute(_LETTERS)
    op.execute(_SIGN_UPS)
    op.execute(_DEVICES)
