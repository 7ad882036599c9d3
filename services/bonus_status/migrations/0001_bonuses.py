"""Bonuses, the ledger and its balances, what payouts reserved, and what was heard of stores.

Points are bigints, moments are UTC. The invariants that money needs are held here too, whatever the
code does: no balance below zero, no posting changed or repeated, no bonus moving where it may not.
"""

from alembic import op

from shared import tables

revision = "0001"
down_revision = None

_HEARD = """
CREATE TABLE stores (
    store_id text CONSTRAINT stores_pkey PRIMARY KEY,
    name text NOT NULL,
    confirmation_days int NOT NULL CONSTRAINT stores_confirm_in_time CHECK (confirmation_days >= 0),
    timeline text NOT NULL
);
-- Terms are frozen into bonuses by their id, so they are kept when the store's timeline moves on.
CREATE TABLE terms (
    terms_id uuid CONSTRAINT terms_pkey PRIMARY KEY,
    store_id text NOT NULL,
    rates text NOT NULL
);
CREATE TABLE clicks (
    click_id text CONSTRAINT clicks_pkey PRIMARY KEY,
    member_id uuid NOT NULL,
    store_id text NOT NULL,
    clicked_at timestamptz NOT NULL,
    repeat boolean NOT NULL
);
"""

# Accounts change with every message: room on the page keeps their updates off the index.
_BALANCES = """
CREATE TABLE accounts (
    member_id uuid CONSTRAINT accounts_pkey PRIMARY KEY,
    member_status text,
    version bigint NOT NULL DEFAULT 0,
    pending bigint NOT NULL DEFAULT 0
        CONSTRAINT accounts_pending_not_below_zero CHECK (pending >= 0),
    accrued bigint NOT NULL DEFAULT 0
        CONSTRAINT accounts_accrued_not_below_zero CHECK (accrued >= 0),
    reserved bigint NOT NULL DEFAULT 0
        CONSTRAINT accounts_reserved_not_below_zero CHECK (reserved >= 0),
    written_off bigint NOT NULL DEFAULT 0
        CONSTRAINT accounts_written_off_not_below_zero CHECK (written_off >= 0),
    debt bigint NOT NULL DEFAULT 0 CONSTRAINT accounts_debt_not_below_zero CHECK (debt >= 0),
    CONSTRAINT accounts_debt_is_repaid_at_once CHECK (accrued = 0 OR debt = 0)
) WITH (fillfactor = 60);
CREATE TABLE store_balances (
    store_id text CONSTRAINT store_balances_pkey PRIMARY KEY,
    owed bigint NOT NULL
) WITH (fillfactor = 30);
"""

_BONUSES = """
CREATE TABLE bonuses (
    bonus_id uuid CONSTRAINT bonuses_pkey PRIMARY KEY,
    conversion_id uuid NOT NULL,
    member_id uuid NOT NULL,
    store_id text NOT NULL,
    terms_id uuid NOT NULL,
    clicked_at timestamptz NOT NULL,
    ordered_at timestamptz NOT NULL,
    opened_at timestamptz NOT NULL,
    expected_at timestamptz NOT NULL,
    status text NOT NULL CONSTRAINT bonuses_status_known
        CHECK (status IN ('pending', 'accrued', 'rejected', 'written_off')),
    amount bigint NOT NULL CONSTRAINT bonuses_amount_not_below_zero CHECK (amount >= 0),
    reserved bigint NOT NULL CONSTRAINT bonuses_reserved_not_below_zero CHECK (reserved >= 0),
    written_off bigint NOT NULL
        CONSTRAINT bonuses_written_off_not_below_zero CHECK (written_off >= 0),
    repaid bigint NOT NULL,
    paid_minor bigint NOT NULL,
    currency text NOT NULL,
    rate_micro bigint NOT NULL,
    category text,
    conversion_status text NOT NULL,
    conversion_version bigint NOT NULL,
    accrued_at timestamptz,
    rejected_at timestamptz,
    reason text,
    payout_id uuid,
    credited_by text COLLATE "C",
    -- What can still be spent; below zero it is the debt that this bonus left behind.
    available bigint NOT NULL GENERATED ALWAYS AS (
        CASE WHEN status IN ('accrued', 'written_off') THEN amount ELSE 0 END
        - reserved - written_off - repaid
    ) STORED
) WITH (fillfactor = 85);
CREATE INDEX bonuses_history ON bonuses (member_id, opened_at, bonus_id);
CREATE INDEX bonuses_open ON bonuses (member_id) WHERE available <> 0;
CREATE FUNCTION bonus_moves_as_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.status, NEW.status) NOT IN (
        ('pending', 'accrued'), ('pending', 'rejected'), ('pending', 'written_off'),
        ('accrued', 'written_off'), ('accrued', 'rejected'),
        ('written_off', 'accrued'), ('written_off', 'rejected'),
        ('rejected', 'pending'), ('rejected', 'accrued'), ('rejected', 'written_off')
    ) THEN
        RAISE EXCEPTION 'bonus % cannot move from % to %', OLD.bonus_id, OLD.status, NEW.status;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bonuses_move_as_allowed BEFORE UPDATE ON bonuses FOR EACH ROW
    WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION bonus_moves_as_allowed();
"""

_LEDGER = """
CREATE TABLE postings (
    posting_id bigint GENERATED ALWAYS AS IDENTITY,
    fact text COLLATE "C" CONSTRAINT postings_one_a_fact PRIMARY KEY,
    source text NOT NULL,
    destination text NOT NULL,
    amount bigint NOT NULL CONSTRAINT postings_amount_above_zero CHECK (amount > 0),
    member_id uuid NOT NULL,
    store_id text NOT NULL,
    bonus_id uuid NOT NULL,
    payout_id uuid,
    event_id uuid NOT NULL,
    corrects text COLLATE "C",
    posted_at timestamptz NOT NULL,
    CONSTRAINT postings_places_known CHECK ((source, destination) IN (
        ('store_receivable', 'member_pending'), ('member_pending', 'store_receivable'),
        ('member_pending', 'member_accrued'), ('store_receivable', 'member_accrued'),
        ('member_accrued', 'store_receivable'), ('member_debt', 'store_receivable'),
        ('member_accrued', 'member_debt'), ('member_accrued', 'member_reserved'),
        ('member_reserved', 'member_accrued'), ('member_reserved', 'written_off'),
        ('written_off', 'member_accrued')))
);
CREATE FUNCTION postings_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'postings are append-only: write a posting that corrects the wrong one';
END $$;
CREATE TRIGGER postings_keep_what_was_posted BEFORE UPDATE OR DELETE OR TRUNCATE ON postings
    EXECUTE FUNCTION postings_are_append_only();
REVOKE UPDATE, DELETE, TRUNCATE ON postings FROM CURRENT_USER;
"""

_PAYOUTS = """
CREATE TABLE payouts (
    payout_id uuid CONSTRAINT payouts_pkey PRIMARY KEY,
    member_id uuid NOT NULL,
    run_month text NOT NULL,
    kind text NOT NULL,
    state text NOT NULL CONSTRAINT payouts_state_known
        CHECK (state IN ('reserved', 'refused', 'written_off', 'released', 'returned')),
    amount bigint NOT NULL,
    reason text
);
-- What each bonus gave to a payout: first set aside, then spent.
CREATE TABLE reservations (
    payout_id uuid NOT NULL CONSTRAINT reservations_of_a_payout REFERENCES payouts,
    bonus_id uuid NOT NULL CONSTRAINT reservations_from_a_bonus REFERENCES bonuses,
    amount bigint NOT NULL CONSTRAINT reservations_amount_not_below_zero CHECK (amount >= 0),
    CONSTRAINT reservations_pkey PRIMARY KEY (payout_id, bonus_id)
);
CREATE INDEX reservations_by_bonus ON reservations (bonus_id);
"""

# Each view is empty while the books are right; `cashback verify` counts their rows.
_VIEWS = """
CREATE VIEW entries AS
SELECT posting_id, source AS account, -amount AS amount,
       CASE source WHEN 'store_receivable' THEN store_id ELSE member_id::text END AS owner
FROM postings
UNION ALL
SELECT posting_id, destination, amount,
       CASE destination WHEN 'store_receivable' THEN store_id ELSE member_id::text END
FROM postings;

CREATE VIEW wrong_accounts AS
SELECT member_id::text, kept.account, kept.amount AS kept, coalesce(posted.amount, 0) AS posted
FROM accounts CROSS JOIN LATERAL (VALUES
    ('member_pending', pending), ('member_accrued', accrued), ('member_reserved', reserved),
    ('written_off', written_off), ('member_debt', -debt)) AS kept (account, amount)
LEFT JOIN (SELECT owner, account, sum(amount) AS amount FROM entries GROUP BY owner, account)
    AS posted ON posted.owner = member_id::text AND posted.account = kept.account
WHERE kept.amount <> coalesce(posted.amount, 0);

CREATE VIEW wrong_stores AS
SELECT store_id, kept.owed AS kept, coalesce(posted.owed, 0) AS posted
FROM store_balances AS kept FULL JOIN (
    SELECT owner AS store_id, -sum(amount) AS owed FROM entries
    WHERE account = 'store_receivable' GROUP BY owner) AS posted USING (store_id)
WHERE coalesce(kept.owed, 0) <> coalesce(posted.owed, 0);

CREATE VIEW wrong_bonuses AS
SELECT member_id, accounts.pending, accounts.accrued, accounts.reserved, accounts.written_off,
       accounts.debt
FROM accounts LEFT JOIN (
    SELECT member_id, sum(CASE status WHEN 'pending' THEN amount ELSE 0 END) AS pending,
           sum(greatest(available, 0)) AS accrued, sum(reserved) AS reserved,
           sum(written_off) AS written_off, sum(greatest(-available, 0)) AS debt
    FROM bonuses GROUP BY member_id) AS held USING (member_id)
WHERE (accounts.pending, accounts.accrued, accounts.reserved, accounts.written_off, accounts.debt)
   <> (coalesce(held.pending, 0), coalesce(held.accrued, 0), coalesce(held.reserved, 0),
       coalesce(held.written_off, 0), coalesce(held.debt, 0));
"""


def upgrade() -> None:
    tables.create_event_log(op)
    tables.create_inbox(op)
    tables.create_parked(op)
    for part in (_HEARD, _BALANCES, _BONUSES, _LEDGER, _PAYOUTS, _VIEWS):
        op.execute(part)
