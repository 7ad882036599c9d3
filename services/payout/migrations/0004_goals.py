"""Goals for relatives' numbers, paused goals, and goals as they stood at a cut-off.

What must never break stands here: one goal a number, a relative of the member's own, and the list
that counts for a run is closed once.
"""

from alembic import op

revision = "payout_0004"
down_revision = "payout_0003"

_RELATIVES = """
CREATE TABLE relatives (
    relative_id uuid CONSTRAINT relatives_pkey PRIMARY KEY,
    member_id uuid NOT NULL,
    is_consented boolean NOT NULL,
    CONSTRAINT relatives_of_one_member UNIQUE (relative_id, member_id)
);
"""
_GOALS = """
ALTER TABLE goals
    ADD relative_id uuid,
    ADD is_paused boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT goals_relative_is_the_members_own
        FOREIGN KEY (relative_id, member_id) REFERENCES relatives (relative_id, member_id),
    ADD CONSTRAINT goals_relative_is_topped_up CHECK (relative_id IS NULL OR kind = 'top_up');
DROP INDEX goals_one_own_number;
CREATE UNIQUE INDEX goals_one_own_number ON goals (member_id)
    WHERE kind = 'top_up' AND relative_id IS NULL AND removed_at IS NULL;
CREATE UNIQUE INDEX goals_one_a_relative ON goals (relative_id) WHERE removed_at IS NULL;
-- A list that was changed after a cut-off whose run is still to be planned, as it stood before.
CREATE TABLE closed_goals (
    closed_at timestamptz NOT NULL,
    member_id uuid NOT NULL,
    position int NOT NULL,
    goal_id uuid NOT NULL CONSTRAINT closed_goals_of_a_goal REFERENCES goals,
    kind text NOT NULL,
    monthly_limit bigint,
    target bigint,
    relative_id uuid,
    is_paused boolean NOT NULL,
    CONSTRAINT closed_goals_once_a_cutoff PRIMARY KEY (closed_at, member_id, position)
);
"""
_PAYOUTS = """
ALTER TABLE payouts
    ADD relative_id uuid,
    ADD CONSTRAINT payouts_relative_is_topped_up CHECK (relative_id IS NULL OR kind = 'top_up');
"""


def upgrade() -> None:
    for statements in (_RELATIVES, _GOALS, _PAYOUTS):
        op.execute(statements)
