"""The order in which events and commands took effect: what a rebuild applies again.

A row is one transaction of a handler, with the events that it applied in their order. What was
applied before this table was there has no place in it, and a rebuild does not know of it. Of
commands their own rows tell the rest; only of a promo code's use none did.
"""

from alembic import op

revision = "0011"
down_revision = "0010"

_APPLIED = """
CREATE TABLE applied (
    place bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT applied_pkey PRIMARY KEY,
    topic text NOT NULL,
    aggregate_ids text[] NOT NULL,
    versions bigint[] NOT NULL,
    CONSTRAINT applied_names_versions CHECK (cardinality(aggregate_ids) = cardinality(versions))
);
"""
_PROMO_CODE_USES = """
CREATE TABLE promo_code_uses (
    bonus_id uuid CONSTRAINT promo_code_uses_pkey PRIMARY KEY
        CONSTRAINT promo_code_uses_of_a_bonus REFERENCES bonuses,
    code text NOT NULL CONSTRAINT promo_code_uses_of_a_code REFERENCES promo_codes
);
"""


def upgrade() -> None:
    for part in (_APPLIED, _PROMO_CODE_USES):
        op.execute(part)
