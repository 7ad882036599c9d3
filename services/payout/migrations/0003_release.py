"""Runs that are released: planned, looked at, and paid once a second person said so.

The rules that must never break stand here too: a run is released by another person than the one who
began it, not before it was planned; and nothing of it is asked for before.
"""

from alembic import op

revision = "payout_0003"
down_revision = "payout_0002"

# `link` of monthly_run/manifest.py, and its fold, so that the database can compute it again.
_CHAIN = """
CREATE FUNCTION plan_link(previous bytea, line text) RETURNS bytea
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN sha256(previous || convert_to(line, 'UTF8'));
CREATE AGGREGATE plan_chain(line text) (
    sfunc = plan_link, stype = bytea,
    initcond = '\\x0000000000000000000000000000000000000000000000000000000000000000'
);
"""
# Nobody's name: the schedule began it, or a setting released it.
_RUNS = """
ALTER TABLE runs
    ADD state text NOT NULL DEFAULT 'planning' CONSTRAINT runs_state_known CHECK (state IN (
        'planning', 'planned', 'released', 'paused', 'cancelled', 'finished')),
    ADD begun_by text,
    ADD payouts bigint NOT NULL DEFAULT 0,
    ADD points bigint NOT NULL DEFAULT 0,
    ADD plan_hash bytea NOT NULL CONSTRAINT runs_plan_hash_is_sha256 CHECK (length(plan_hash) = 32)
        DEFAULT '\\x0000000000000000000000000000000000000000000000000000000000000000',
    ADD released_by text,
    ADD released_at timestamptz,
    ADD asked_up_to uuid,
    ADD asked_at timestamptz,
    ADD ended_at timestamptz,
    ADD manifest text;
UPDATE runs SET (payouts, points, plan_hash) = (
    SELECT count(*), coalesce(sum(amount), 0), plan_chain(
        concat_ws(',', payout_id, member_id, goal_id, kind, amount) ORDER BY member_id, goal_id)
    FROM payouts WHERE run_month = month);
UPDATE runs SET state = 'released', released_at = planned_at, asked_at = planned_at
WHERE planned_at IS NOT NULL;
ALTER TABLE runs
    ADD CONSTRAINT runs_released_by_a_second_person CHECK (lower(released_by) <> lower(begun_by)),
    ADD CONSTRAINT runs_released_once_planned CHECK (released_at IS NULL OR planned_at IS NOT NULL),
    ADD CONSTRAINT runs_pay_once_released
        CHECK (state NOT IN ('released', 'paused', 'finished') OR released_at IS NOT NULL),
    ADD CONSTRAINT runs_end_with_a_manifest CHECK ((ended_at IS NULL) = (manifest IS NULL));
CREATE TABLE run_acts (
    number bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT run_acts_pkey PRIMARY KEY,
    run_month text NOT NULL CONSTRAINT run_acts_of_a_run REFERENCES runs,
    act text NOT NULL CONSTRAINT run_acts_act_known
        CHECK (act IN ('begin', 'release', 'pause', 'resume', 'cancel')),
    clerk text NOT NULL,
    reason text,
    acted_at timestamptz NOT NULL
);
CREATE INDEX run_acts_of_run ON run_acts (run_month, number);
"""
_PAYOUTS = """
ALTER TABLE payouts ALTER state SET DEFAULT 'planned',
    DROP CONSTRAINT payouts_state_known, DROP CONSTRAINT payouts_spend_reserved_points,
    ADD CONSTRAINT payouts_state_known CHECK (state IN (
        'planned', 'requested', 'reserved', 'sending', 'unknown', 'held', 'completed', 'settled',
        'declined', 'released', 'reversed', 'returned', 'refused', 'cancelled'
    )),
    ADD CONSTRAINT payouts_spend_reserved_points CHECK (
        state IN ('planned', 'requested', 'refused', 'cancelled') OR reserved IS NOT NULL);
DROP INDEX payouts_asked_for;
CREATE INDEX payouts_asked_for ON payouts (member_id) WHERE state IN ('planned', 'requested');
DROP TRIGGER payouts_move_as_allowed ON payouts;
CREATE TRIGGER payouts_move_as_allowed BEFORE UPDATE ON payouts FOR EACH ROW
    WHEN (OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('planned', 'requested'), ('planned', 'cancelled'),
        ('requested', 'reserved'), ('requested', 'refused'),
        ('reserved', 'sending'), ('reserved', 'completed'), ('reserved', 'declined'),
        ('sending', 'reserved'), ('sending', 'unknown'), ('sending', 'held'),
        ('sending', 'completed'), ('sending', 'declined'),
        ('unknown', 'reserved'), ('unknown', 'held'),
        ('unknown', 'completed'), ('unknown', 'declined'),
        ('held', 'unknown'), ('held', 'declined'),
        ('completed', 'settled'), ('completed', 'reversed'),
        ('settled', 'reversed'), ('declined', 'released'), ('reversed', 'returned')
    )) EXECUTE FUNCTION payout_cannot_move();
"""


def upgrade() -> None:
    for statements in (_CHAIN, _RUNS, _PAYOUTS):
        op.execute(statements)
