"""Clerks, the TOTP steps they used up, and the log of their acts with its outcomes.

An act is noted before the API is called, its outcome after it: two tables that only grow. An act
without an outcome is one whose process died in between.
"""

from alembic import op

revision = "console_0001"
down_revision = None

_CLERKS = """
CREATE TABLE clerks (
    name text CONSTRAINT clerks_pkey PRIMARY KEY
        CONSTRAINT clerks_name_is_a_slug CHECK (name ~ '^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$'),
    password_hash text NOT NULL,
    password_is_temporary boolean NOT NULL,
    totp_secret text NOT NULL,
    role text NOT NULL CONSTRAINT clerks_role_known
        CHECK (role IN ('viewer', 'clerk', 'finance', 'admin')),
    is_active boolean NOT NULL DEFAULT true,
    -- Moves at each new password or secret, and ends the sessions of before.
    version int NOT NULL DEFAULT 1,
    made_at timestamptz NOT NULL
);
-- The auditor may read every table; with no policy, these rows are their owner's alone.
ALTER TABLE clerks ENABLE ROW LEVEL SECURITY;
CREATE TABLE totp_steps (
    name text NOT NULL CONSTRAINT totp_steps_of_clerk REFERENCES clerks,
    step bigint NOT NULL,
    CONSTRAINT totp_steps_each_once PRIMARY KEY (name, step)
);
"""

_ACTS = """
CREATE TABLE acts (
    act_id uuid CONSTRAINT acts_each_once PRIMARY KEY,
    number bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT acts_number_once UNIQUE,
    clerk text NOT NULL,
    role text NOT NULL,
    act text NOT NULL,
    subject text NOT NULL,
    reason text,
    content_hash bytea NOT NULL,
    acted_at timestamptz NOT NULL
);
CREATE INDEX acts_by_clerk ON acts (clerk, number);
CREATE INDEX acts_by_subject ON acts (subject, number);
CREATE TABLE act_outcomes (
    act_id uuid CONSTRAINT act_outcomes_each_once PRIMARY KEY
        CONSTRAINT act_outcomes_of_act REFERENCES acts,
    outcome text NOT NULL CONSTRAINT act_outcomes_known
        CHECK (outcome IN ('done', 'refused', 'not_sent', 'unknown')),
    said text NOT NULL,
    ended_at timestamptz NOT NULL
);
CREATE FUNCTION acts_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log of acts is append-only';
END $$;
CREATE TRIGGER acts_keep_what_was_done BEFORE UPDATE OR DELETE OR TRUNCATE ON acts
    EXECUTE FUNCTION acts_are_append_only();
CREATE TRIGGER act_outcomes_keep_what_was_said BEFORE UPDATE OR DELETE OR TRUNCATE ON act_outcomes
    EXECUTE FUNCTION acts_are_append_only();
-- An outcome's foreign key locks its act, which takes the right to update; the trigger guards it.
REVOKE DELETE, TRUNCATE ON acts FROM CURRENT_USER;
REVOKE UPDATE, DELETE, TRUNCATE ON act_outcomes FROM CURRENT_USER;
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute(_CLERKS)
    op.execute(_ACTS)
