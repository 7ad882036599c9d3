"""What the programme decides for itself; the newest row counts, the others are its history."""

from alembic import op

revision = "0004"
down_revision = "0003"

_SETTINGS = """
CREATE TABLE settings (
    number bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT settings_pkey PRIMARY KEY,
    unfunded_accrues boolean NOT NULL,
    reason text NOT NULL,
    clerk text NOT NULL,
    set_at timestamptz NOT NULL
);
INSERT INTO settings (unfunded_accrues, reason, clerk, set_at)
VALUES (false, 'as shipped: points accrue when the store has paid', 'migration', now());
"""


def upgrade() -> None:
    op.execute(_SETTINGS)
