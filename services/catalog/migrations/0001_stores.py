"""The catalogue's tables: groups, stores, their terms and promotions, and what each pays.

Two base terms of a store cannot hold at one moment: the database refuses them by a range constraint
(on the store's number, because only numbers have ranges without an extension).
"""

from alembic import op

from shared import tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_REVISION = """
CREATE TABLE revision (
    only_row boolean CONSTRAINT revision_has_one_row PRIMARY KEY DEFAULT true CHECK (only_row),
    number bigint NOT NULL
);
INSERT INTO revision (number) VALUES (0);
"""

_GROUPS = """
CREATE TABLE groups (
    group_id text CONSTRAINT groups_pkey PRIMARY KEY,
    name text NOT NULL,
    tagline text NOT NULL,
    position int NOT NULL
);
CREATE TABLE subgroups (
    group_id text NOT NULL CONSTRAINT subgroups_in_a_group REFERENCES groups,
    subgroup_id text NOT NULL,
    name text NOT NULL,
    position int NOT NULL,
    CONSTRAINT subgroups_pkey PRIMARY KEY (group_id, subgroup_id)
);
"""

_STORES = r"""
CREATE TABLE stores (
    store_id text CONSTRAINT stores_pkey PRIMARY KEY,
    number int GENERATED ALWAYS AS IDENTITY CONSTRAINT stores_number_once UNIQUE,
    version bigint NOT NULL CONSTRAINT stores_version_counts_from_one CHECK (version >= 1),
    name text NOT NULL,
    partner_id text NOT NULL,
    group_id text NOT NULL,
    subgroup_id text NOT NULL,
    description text NOT NULL,
    conditions text NOT NULL,
    keywords text[] NOT NULL,
    logo_letters text NOT NULL,
    logo_colour text NOT NULL,
    status text NOT NULL CONSTRAINT stores_status_known CHECK (status IN ('active', 'paused')),
    tracking_url text NOT NULL CONSTRAINT stores_tracking_url_carries_the_click
        CHECK (tracking_url LIKE '%{click\_id}%'),
    deep_link_hosts text[] NOT NULL,
    attribution_days int NOT NULL CONSTRAINT stores_attribution_within_a_year
        CHECK (attribution_days BETWEEN 1 AND 365),
    confirmation_days int NOT NULL CONSTRAINT stores_confirmation_within_90_days
        CHECK (confirmation_days BETWEEN 0 AND 90),
    changed_at timestamptz NOT NULL,
    CONSTRAINT stores_on_a_shelf FOREIGN KEY (group_id, subgroup_id) REFERENCES subgroups
);
"""

_TERMS = """
CREATE TABLE terms (
    number int NOT NULL CONSTRAINT terms_of_a_store REFERENCES stores (number),
    position int NOT NULL,
    validity tstzrange NOT NULL CONSTRAINT terms_begin_and_last
        CHECK (NOT isempty(validity) AND NOT lower_inf(validity)),
    CONSTRAINT terms_pkey PRIMARY KEY (number, position),
    CONSTRAINT terms_never_overlap
        EXCLUDE USING gist (int4range(number, number, '[]') WITH &&, validity WITH &&)
);
CREATE TABLE promotions (
    number int NOT NULL CONSTRAINT promotions_of_a_store REFERENCES stores (number),
    position int NOT NULL,
    name text NOT NULL,
    validity tstzrange NOT NULL CONSTRAINT promotions_begin_and_end
        CHECK (NOT isempty(validity) AND NOT lower_inf(validity) AND NOT upper_inf(validity)),
    CONSTRAINT promotions_pkey PRIMARY KEY (number, position)
);
CREATE TABLE rates (
    number int NOT NULL,
    terms_position int,
    promotion_position int,
    category text,
    kind text NOT NULL CONSTRAINT rates_kind_known CHECK (kind IN ('percent', 'flat')),
    basis_points int CONSTRAINT rates_percent_up_to_a_whole
        CHECK (basis_points BETWEEN 0 AND 10000),
    rubles int CONSTRAINT rates_flat_within_a_million CHECK (rubles BETWEEN 1 AND 1000000),
    excluded boolean NOT NULL,
    CONSTRAINT rates_of_terms FOREIGN KEY (number, terms_position)
        REFERENCES terms ON DELETE CASCADE,
    CONSTRAINT rates_of_a_promotion FOREIGN KEY (number, promotion_position)
        REFERENCES promotions ON DELETE CASCADE,
    CONSTRAINT rates_of_one_thing CHECK (num_nonnulls(terms_position, promotion_position) = 1),
    CONSTRAINT rates_of_one_kind CHECK (
        (kind = 'percent' AND basis_points IS NOT NULL AND rubles IS NULL)
        OR (kind = 'flat' AND rubles IS NOT NULL AND basis_points IS NULL)
    ),
    CONSTRAINT rates_earn_unless_excluded CHECK (excluded = (coalesce(basis_points, rubles) = 0)),
    CONSTRAINT rates_one_a_category
        UNIQUE NULLS NOT DISTINCT (number, terms_position, promotion_position, category)
);
"""


def upgrade() -> None:
    for statement in (_REVISION, _GROUPS, _STORES, _TERMS):
        op.execute(statement)
    tables.create_event_log(op)
    # It hears nothing, but the clerk's desk at /ops is the same at every service.
    tables.create_inbox(op)
    tables.create_parked(op)
