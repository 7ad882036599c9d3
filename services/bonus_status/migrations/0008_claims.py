"""Claims with their files and steps, reminders of deadlines, clicks and orders by day, alarms."""

from alembic import op

revision = "0008"
down_revision = "0007"

# What jobs look for: promises that were not kept, and a day at a time.
_LOOKING = """
CREATE INDEX bonuses_promised ON bonuses (expected_at) WHERE status = 'pending';
CREATE INDEX bonuses_by_day ON bonuses USING brin (opened_at);
CREATE INDEX clicks_of_member ON clicks (member_id, store_id, clicked_at);
CREATE INDEX clicks_by_day ON clicks USING brin (clicked_at);
"""

# Stores were told before this column was there: what was said of each last is heard once more
# (`cashback events republish`); until then the programme's usual window counts.
_STORES = """
ALTER TABLE stores ADD COLUMN attribution_days int NOT NULL DEFAULT 30
    CONSTRAINT stores_attribute_in_time CHECK (attribution_days >= 0);
UPDATE inbox SET version = version - 1 WHERE topic = 'stores';
"""

_CLAIMS = """
CREATE TABLE claims (
    claim_id uuid CONSTRAINT claims_pkey PRIMARY KEY,
    member_id uuid NOT NULL,
    store_id text NOT NULL,
    click_id text,
    bonus_id uuid CONSTRAINT claims_one_a_bonus UNIQUE
        CONSTRAINT claims_of_a_bonus REFERENCES bonuses,
    order_id text,
    ordered_at timestamptz NOT NULL,
    amount_minor bigint NOT NULL
        CONSTRAINT claims_amount_not_below_zero CHECK (amount_minor >= 0),
    currency text NOT NULL,
    opened_by text NOT NULL CONSTRAINT claims_opener_known
        CHECK (opened_by IN ('member', 'itself')),
    opened_at timestamptz NOT NULL,
    answer_by timestamptz NOT NULL,
    state text NOT NULL CONSTRAINT claims_state_known CHECK (state IN
        ('opened', 'sent', 'answered', 'accepted', 'refused', 'withdrawn', 'settled')),
    version bigint NOT NULL CONSTRAINT claims_version_above_zero CHECK (version > 0),
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    partner_by timestamptz,
    partner_says text CONSTRAINT claims_partner_says_known
        CHECK (partner_says IN ('confirmed', 'denied')),
    partner_minor bigint CONSTRAINT claims_partner_sum_above_zero CHECK (partner_minor > 0),
    partner_text text,
    accepted_minor bigint CONSTRAINT claims_accepted_sum_above_zero CHECK (accepted_minor > 0),
    reason text,
    CONSTRAINT claims_one_an_order UNIQUE (member_id, store_id, order_id),
    CONSTRAINT claims_rest_on_something CHECK (click_id IS NOT NULL OR bonus_id IS NOT NULL),
    CONSTRAINT claims_accepted_if_confirmed
        CHECK (state <> 'accepted' OR partner_says IS NOT DISTINCT FROM 'confirmed'),
    CONSTRAINT claims_refused_with_reason CHECK (state <> 'refused' OR reason IS NOT NULL)
);
-- Of two members who claim one order only one can be right.
CREATE UNIQUE INDEX claims_one_accepted_an_order ON claims (store_id, order_id)
    WHERE state = 'accepted';
CREATE INDEX claims_of_member ON claims (member_id, opened_at, claim_id);
CREATE INDEX claims_by_state ON claims (state, answer_by, claim_id);
CREATE FUNCTION claim_moves_as_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state, NEW.state) NOT IN (
        ('opened', 'sent'), ('opened', 'refused'), ('opened', 'withdrawn'), ('opened', 'settled'),
        ('sent', 'answered'), ('sent', 'refused'), ('sent', 'withdrawn'), ('sent', 'settled'),
        ('answered', 'accepted'), ('answered', 'refused'), ('answered', 'withdrawn'),
        ('answered', 'settled')
    ) OR NEW.version <> OLD.version + 1 THEN
        RAISE EXCEPTION 'claim % cannot move from % (version %) to % (version %)',
            OLD.claim_id, OLD.state, OLD.version, NEW.state, NEW.version;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claims_move_as_allowed BEFORE UPDATE ON claims FOR EACH ROW
    EXECUTE FUNCTION claim_moves_as_allowed();
"""

# What happened to a claim: no row is ever changed. A file can be replaced, and goes with its
# member; that it came stays known.
_OF_CLAIMS = """
CREATE TABLE claim_steps (
    step_number bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT claim_steps_pkey PRIMARY KEY,
    claim_id uuid NOT NULL CONSTRAINT claim_steps_of_a_claim REFERENCES claims,
    what text NOT NULL,
    at timestamptz NOT NULL,
    who text NOT NULL,
    why text
);
CREATE INDEX claim_steps_by_claim ON claim_steps (claim_id, step_number);
CREATE FUNCTION claim_steps_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'claim_steps are append-only';
END $$;
CREATE TRIGGER claim_steps_keep_what_happened BEFORE UPDATE OR DELETE OR TRUNCATE ON claim_steps
    EXECUTE FUNCTION claim_steps_are_append_only();
CREATE TABLE claim_files (
    claim_id uuid CONSTRAINT claim_files_pkey PRIMARY KEY
        CONSTRAINT claim_files_of_a_claim REFERENCES claims,
    name text NOT NULL,
    media_type text NOT NULL,
    size_bytes int NOT NULL CONSTRAINT claim_files_at_most_5_mb
        CHECK (size_bytes BETWEEN 1 AND 5242880),
    content bytea NOT NULL,
    content_hash text NOT NULL,
    uploaded_at timestamptz NOT NULL
);
-- Pictures and PDFs are packed already.
ALTER TABLE claim_files ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE TABLE reminders (
    claim_id uuid NOT NULL CONSTRAINT reminders_of_a_claim REFERENCES claims,
    deadline text NOT NULL CONSTRAINT reminders_deadline_known
        CHECK (deadline IN ('promise', 'partner', 'answer')),
    due_at timestamptz NOT NULL,
    made_at timestamptz NOT NULL,
    done_at timestamptz,
    CONSTRAINT reminders_pkey PRIMARY KEY (claim_id, deadline)
);
CREATE INDEX reminders_open ON reminders (due_at, claim_id) WHERE done_at IS NULL;
"""

_ALARMS = """
CREATE TABLE store_days (
    store_id text NOT NULL,
    day date NOT NULL,
    clicks int NOT NULL CONSTRAINT store_days_clicks_not_below_zero CHECK (clicks >= 0),
    orders int NOT NULL CONSTRAINT store_days_orders_not_below_zero CHECK (orders >= 0),
    CONSTRAINT store_days_pkey PRIMARY KEY (day, store_id)
);
CREATE TABLE alarms (
    alarm_id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT alarms_pkey PRIMARY KEY,
    store_id text NOT NULL,
    raised_on date NOT NULL,
    seen_on date NOT NULL,
    ended_on date,
    clicks bigint NOT NULL,
    orders bigint NOT NULL,
    clicks_before bigint NOT NULL,
    orders_before bigint NOT NULL,
    CONSTRAINT alarms_seen_in_order CHECK (seen_on >= raised_on AND ended_on >= raised_on)
);
CREATE UNIQUE INDEX alarms_one_open_a_store ON alarms (store_id) WHERE ended_on IS NULL;
"""


def upgrade() -> None:
    for part in (_LOOKING, _STORES, _CLAIMS, _OF_CLAIMS, _ALARMS):
        op.execute(part)
