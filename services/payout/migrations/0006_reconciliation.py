"""The operator's daily files, what became of each line, and a case for each difference.

The rules that must never break stand here: a day has one current version of its file, a difference
is one case however often its day is reconciled, a closed case stays closed, and acts are kept.
"""

from alembic import op

revision = "payout_0006"
down_revision = "payout_0003"

_FILES = """
CREATE TABLE statement_files (
    day date NOT NULL,
    version int NOT NULL CONSTRAINT statement_files_count_from_one CHECK (version >= 1),
    file_hash bytea NOT NULL CONSTRAINT statement_files_hash_is_sha256
        CHECK (length(file_hash) = 32),
    taken_at timestamptz NOT NULL,
    by_hand boolean NOT NULL,
    lines int NOT NULL,
    rubles bigint NOT NULL,
    CONSTRAINT statement_files_one_a_version PRIMARY KEY (day, version)
);
CREATE TABLE reconciliations (
    day date CONSTRAINT reconciliations_one_a_day PRIMARY KEY,
    version int NOT NULL,
    fetched_at timestamptz NOT NULL,
    matched_at timestamptz NOT NULL,
    found jsonb NOT NULL,
    CONSTRAINT reconciliations_of_a_file FOREIGN KEY (day, version) REFERENCES statement_files
);
CREATE TABLE statement_lines (
    day date NOT NULL,
    version int NOT NULL,
    position int NOT NULL,
    movement text NOT NULL CONSTRAINT statement_lines_movement_known
        CHECK (movement IN ('top_up', 'reversal')),
    entry bigint NOT NULL,
    key text NOT NULL,
    top_up_id text NOT NULL,
    executed_at timestamptz NOT NULL,
    rubles bigint NOT NULL,
    class text CONSTRAINT statement_lines_class_known
        CHECK (class IN ('agreed', 'open', 'missing_here', 'amount_differs', 'twice')),
    difference text,
    CONSTRAINT statement_lines_once PRIMARY KEY (day, version, position),
    CONSTRAINT statement_lines_of_a_file FOREIGN KEY (day, version) REFERENCES statement_files
);
CREATE INDEX statement_lines_by_key ON statement_lines (key);
CREATE INDEX statement_lines_open ON statement_lines (day, version) WHERE class = 'open';
CREATE INDEX payouts_completed ON payouts (completed_at) WHERE completed_at IS NOT NULL;
"""
_CASES = """
CREATE TABLE cases (
    case_id uuid CONSTRAINT cases_pkey PRIMARY KEY,
    difference text NOT NULL,
    day date NOT NULL,
    kind text NOT NULL CONSTRAINT cases_kind_known
        CHECK (kind IN ('missing_here', 'missing_there', 'amount_differs', 'twice')),
    movement text NOT NULL CONSTRAINT cases_movement_known
        CHECK (movement IN ('top_up', 'reversal')),
    key text NOT NULL,
    entry bigint,
    payout_id uuid,
    ours_rubles bigint,
    theirs_rubles bigint,
    owner text NOT NULL,
    opened_at timestamptz NOT NULL,
    deadline timestamptz NOT NULL,
    closed_at timestamptz,
    outcome text CONSTRAINT cases_outcome_known CHECK (outcome IN (
        'explained', 'operator_corrected', 'corrected_here', 'accepted', 'mistaken'
    )),
    reason text,
    CONSTRAINT cases_end_with_outcome_and_reason CHECK (
        (closed_at IS NULL) = (outcome IS NULL) AND (closed_at IS NULL) = (reason IS NULL)
    )
);
-- What a later file explained may come back with the file after it; what a clerk closed may not.
CREATE UNIQUE INDEX cases_one_a_difference ON cases (difference)
    WHERE outcome IS DISTINCT FROM 'explained';
CREATE INDEX cases_open ON cases (deadline, case_id) WHERE closed_at IS NULL;
CREATE INDEX cases_of_day ON cases (day);
CREATE TABLE case_acts (
    act bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT case_acts_pkey PRIMARY KEY,
    case_id uuid NOT NULL CONSTRAINT case_acts_of_a_case REFERENCES cases,
    did text NOT NULL CONSTRAINT case_acts_known CHECK (did IN ('opened', 'assigned', 'closed')),
    who text NOT NULL,
    at timestamptz NOT NULL,
    what text NOT NULL
);
CREATE INDEX case_acts_of_case ON case_acts (case_id, act);
CREATE FUNCTION case_is_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% keeps what was done', TG_TABLE_NAME;
END $$;
CREATE TRIGGER cases_stay_closed BEFORE UPDATE ON cases FOR EACH ROW
    WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION case_is_over();
CREATE TRIGGER cases_are_kept BEFORE DELETE ON cases FOR EACH ROW EXECUTE FUNCTION case_is_over();
CREATE TRIGGER case_acts_are_kept BEFORE UPDATE OR DELETE ON case_acts FOR EACH ROW
    EXECUTE FUNCTION case_is_over();
"""


def upgrade() -> None:
    op.execute(_FILES)
    op.execute(_CASES)
