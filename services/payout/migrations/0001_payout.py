"""Goals, runs, payouts and certificates, with what this service must know of bonuses and members.

The rules that must never break stand here too: one payout per run, member and goal; one certificate
per payout; one operator's reference per payout; no move that the table in states.py lacks.
"""

from alembic import op

from shared import tables

revision = "payout_0001"
down_revision = None
branch_labels = None
depends_on = None

_HEARD = """
CREATE TABLE members (
    member_id uuid CONSTRAINT members_pkey PRIMARY KEY,
    status text NOT NULL DEFAULT 'active'
        CONSTRAINT members_status_known CHECK (status IN ('active', 'blocked', 'erased')),
    debt bigint NOT NULL DEFAULT 0 CONSTRAINT members_debt_is_owed CHECK (debt >= 0),
    registered_at timestamptz
);
CREATE TABLE accruals (
    bonus_id uuid CONSTRAINT accruals_pkey PRIMARY KEY,
    member_id uuid NOT NULL,
    available bigint NOT NULL CONSTRAINT accruals_hold_something CHECK (available > 0),
    accrued_at timestamptz NOT NULL
);
CREATE INDEX accruals_of_member ON accruals (member_id);
"""

_GOALS = """
CREATE TABLE goals (
    goal_id uuid CONSTRAINT goals_pkey PRIMARY KEY,
    member_id uuid NOT NULL CONSTRAINT goals_of_a_member REFERENCES members,
    kind text NOT NULL CONSTRAINT goals_kind_known CHECK (kind IN ('top_up', 'certificate')),
    position int NOT NULL CONSTRAINT goals_position_counts_from_one CHECK (position >= 1),
    monthly_limit bigint CONSTRAINT goals_monthly_limit_above_zero CHECK (monthly_limit > 0),
    target bigint CONSTRAINT goals_target_above_zero CHECK (target > 0),
    removed_at timestamptz,
    CONSTRAINT goals_limit_or_target CHECK (
        (kind = 'top_up' AND target IS NULL) OR (kind = 'certificate' AND monthly_limit IS NULL)
    )
);
CREATE INDEX goals_of_member ON goals (member_id, position) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX goals_one_own_number ON goals (member_id)
    WHERE kind = 'top_up' AND removed_at IS NULL;
"""

_RUNS = """
CREATE TABLE runs (
    month text CONSTRAINT runs_one_a_month PRIMARY KEY
        CONSTRAINT runs_month_reads CHECK (month ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'),
    cutoff_at timestamptz NOT NULL,
    started_at timestamptz NOT NULL,
    planned_up_to uuid,
    planned_at timestamptz
);
CREATE TABLE payouts (
    payout_id uuid CONSTRAINT payouts_pkey PRIMARY KEY,
    run_month text NOT NULL CONSTRAINT payouts_of_a_run REFERENCES runs,
    member_id uuid NOT NULL CONSTRAINT payouts_of_a_member REFERENCES members,
    goal_id uuid NOT NULL CONSTRAINT payouts_for_a_goal REFERENCES goals,
    kind text NOT NULL CONSTRAINT payouts_kind_known CHECK (kind IN ('top_up', 'certificate')),
    amount bigint NOT NULL CONSTRAINT payouts_amount_above_zero CHECK (amount > 0),
    minimum bigint NOT NULL CONSTRAINT payouts_minimum_fits CHECK (minimum BETWEEN 1 AND amount),
    reserved bigint CONSTRAINT payouts_reserved_fits CHECK (reserved BETWEEN minimum AND amount),
    state text NOT NULL DEFAULT 'requested' CONSTRAINT payouts_state_known CHECK (state IN (
        'requested', 'reserved', 'sending', 'unknown', 'held', 'completed', 'settled',
        'declined', 'released', 'reversed', 'returned', 'refused'
    )),
    reason text,
    attempts int NOT NULL DEFAULT 0,
    questions int NOT NULL DEFAULT 0,
    next_at timestamptz,
    sent_at timestamptz,
    operator_reference text CONSTRAINT payouts_one_reference_a_payout UNIQUE,
    requested_at timestamptz NOT NULL,
    completed_at timestamptz,
    CONSTRAINT payouts_once_a_run_member_goal UNIQUE (run_month, member_id, goal_id),
    CONSTRAINT payouts_spend_reserved_points
        CHECK (state IN ('requested', 'refused') OR reserved IS NOT NULL)
);
CREATE INDEX payouts_to_do ON payouts (state, next_at)
    WHERE state IN ('reserved', 'sending', 'unknown');
CREATE INDEX payouts_held ON payouts (payout_id) WHERE state = 'held';
CREATE INDEX payouts_asked_for ON payouts (member_id) WHERE state = 'requested';
-- The moves of states.py, whoever asks; the condition is the guard, so a good move calls nothing.
CREATE FUNCTION payout_cannot_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'payout % cannot move from % to %', OLD.payout_id, OLD.state, NEW.state;
END $$;
CREATE TRIGGER payouts_move_as_allowed BEFORE UPDATE ON payouts FOR EACH ROW
    WHEN (OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('requested', 'reserved'), ('requested', 'refused'),
        ('reserved', 'sending'), ('reserved', 'completed'),
        ('sending', 'reserved'), ('sending', 'unknown'), ('sending', 'held'),
        ('sending', 'completed'), ('sending', 'declined'),
        ('unknown', 'reserved'), ('unknown', 'held'),
        ('unknown', 'completed'), ('unknown', 'declined'),
        ('held', 'unknown'), ('held', 'declined'),
        ('completed', 'settled'), ('completed', 'reversed'),
        ('settled', 'reversed'), ('declined', 'released'), ('reversed', 'returned')
    )) EXECUTE FUNCTION payout_cannot_move();
CREATE TABLE skipped (
    run_month text NOT NULL CONSTRAINT skipped_in_a_run REFERENCES runs,
    member_id uuid NOT NULL,
    reason text NOT NULL,
    CONSTRAINT skipped_once_a_run PRIMARY KEY (run_month, member_id)
);
-- By the operator's own number of the entry: one payout may be taken back more than once.
CREATE TABLE reversals (
    reversal bigint CONSTRAINT reversals_one_an_entry PRIMARY KEY,
    payout_id uuid NOT NULL,
    amount bigint NOT NULL,
    reason text NOT NULL,
    heard_at timestamptz NOT NULL,
    applied_at timestamptz
);
CREATE INDEX reversals_to_apply ON reversals (payout_id) WHERE applied_at IS NULL;
CREATE TABLE reversals_read (
    only_row boolean CONSTRAINT reversals_read_pkey PRIMARY KEY DEFAULT true CHECK (only_row),
    up_to bigint NOT NULL
);
INSERT INTO reversals_read (up_to) VALUES (0);
"""

_CERTIFICATES = """
CREATE TABLE denominations (
    valid_from timestamptz NOT NULL,
    amount bigint NOT NULL CONSTRAINT denominations_above_zero CHECK (amount > 0),
    CONSTRAINT denominations_once_a_list PRIMARY KEY (valid_from, amount)
);
INSERT INTO denominations (valid_from, amount)
SELECT timestamptz '2020-01-01 00:00+00', amount
FROM unnest(ARRAY[100, 250, 500, 750, 1000, 1500, 2000]) AS amount
UNION ALL
SELECT timestamptz '2020-01-01 00:00+00', amount FROM generate_series(2500, 80000, 500) AS amount;
CREATE TABLE certificates (
    certificate_id uuid CONSTRAINT certificates_pkey PRIMARY KEY,
    payout_id uuid NOT NULL CONSTRAINT certificates_of_a_payout REFERENCES payouts
        CONSTRAINT certificates_one_a_payout UNIQUE,
    member_id uuid NOT NULL,
    denomination bigint NOT NULL CONSTRAINT certificates_denomination_above_zero
        CHECK (denomination > 0),
    code_hash bytea NOT NULL CONSTRAINT certificates_code_once UNIQUE,
    code_sealed text NOT NULL,
    status text NOT NULL DEFAULT 'issued'
        CONSTRAINT certificates_status_known CHECK (status IN ('issued')),
    issued_at timestamptz NOT NULL
);
CREATE INDEX certificates_of_member ON certificates (member_id, issued_at);
"""


def upgrade() -> None:
    tables.create_event_log(op)
    tables.create_inbox(op)
    tables.create_parked(op)
    for statements in (_HEARD, _GOALS, _RUNS, _CERTIFICATES):
        op.execute(statements)
