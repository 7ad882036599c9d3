"""How long stores really take to confirm."""

from alembic import op

revision = "0002"
down_revision = "0001"

_DELAYS = """
CREATE TABLE store_delays (
    store_id text CONSTRAINT store_delays_pkey PRIMARY KEY,
    confirmed int NOT NULL CONSTRAINT store_delays_of_some CHECK (confirmed > 0),
    median interval NOT NULL,
    ninetieth interval NOT NULL,
    counted_at timestamptz NOT NULL
);
CREATE INDEX bonuses_confirmed ON bonuses (store_id, accrued_at) WHERE accrued_at IS NOT NULL;
"""


def upgrade() -> None:
    op.execute(_DELAYS)
