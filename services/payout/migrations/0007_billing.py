"""The state `accepted`: the operator has the top-up and has not carried it out yet. And his rate.

The constraint, the index and the trigger are made anew in whole, from the lists below: those of
states.py, as a test compares.
"""

from alembic import op

revision = "payout_0007"
down_revision = "payout_0006"

STATES = (
    "planned", "requested", "reserved", "sending", "unknown", "accepted", "held", "completed",
    "settled", "declined", "released", "reversed", "returned", "refused", "cancelled",
)  # fmt: skip
MOVES = (
    ("planned", "requested"), ("planned", "cancelled"),
    ("requested", "reserved"), ("requested", "refused"),
    ("reserved", "sending"), ("reserved", "completed"), ("reserved", "declined"),
    ("sending", "reserved"), ("sending", "unknown"), ("sending", "accepted"), ("sending", "held"),
    ("sending", "completed"), ("sending", "declined"),
    ("unknown", "reserved"), ("unknown", "accepted"), ("unknown", "held"),
    ("unknown", "completed"), ("unknown", "declined"),
    ("accepted", "held"), ("accepted", "completed"), ("accepted", "declined"),
    ("held", "unknown"), ("held", "declined"),
    ("completed", "settled"), ("completed", "reversed"),
    ("settled", "reversed"), ("declined", "released"), ("reversed", "returned"),
)  # fmt: skip
_TO_DO = """
DROP INDEX payouts_to_do;
CREATE INDEX payouts_to_do ON payouts (state, next_at)
    WHERE state IN ('reserved', 'sending', 'unknown', 'accepted');
"""
_RATE = """
CREATE TABLE operator_rate (
    only_row boolean CONSTRAINT operator_rate_pkey PRIMARY KEY DEFAULT true CHECK (only_row),
    millionths bigint NOT NULL CONSTRAINT operator_rate_owes_nothing CHECK (millionths >= 0),
    filled_at timestamptz NOT NULL
);
INSERT INTO operator_rate (millionths, filled_at) VALUES (0, '2020-01-01 00:00+00');
"""


def upgrade() -> None:
    states = ", ".join(f"'{state}'" for state in STATES)
    moves = ", ".join(f"('{before}', '{after}')" for before, after in MOVES)
    op.execute(f"""
        ALTER TABLE payouts DROP CONSTRAINT payouts_state_known;
        ALTER TABLE payouts ADD CONSTRAINT payouts_state_known CHECK (state IN ({states}));
        DROP TRIGGER payouts_move_as_allowed ON payouts;
        CREATE TRIGGER payouts_move_as_allowed BEFORE UPDATE ON payouts FOR EACH ROW
            WHEN (OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN ({moves}))
            EXECUTE FUNCTION payout_cannot_move();
    """)
    op.execute(_TO_DO)
    op.execute(_RATE)
