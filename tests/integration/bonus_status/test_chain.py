"""INVARIANT: what was said of a member is not changed, cut or forged afterwards without a trace."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.bonus_status.work.anchors import AnchorChains
from shared import chain
from tests.integration.bonus_status.auditing import faults_of_chains, rewrite
from tests.integration.bonus_status.desk import Desk
from tests.integration.bonus_status.story import Story
from tests.support import bonuses
from tests.support.servers import Addresses

# Computes a member's whole chain anew, which whoever owns the server could do.
CHAIN_ANEW = """
UPDATE event_log SET chain_hash = anew.chain_hash FROM (
    SELECT aggregate_id, version, event_log_chain(message) OVER (
        PARTITION BY aggregate_id ORDER BY version) AS chain_hash FROM event_log) AS anew
WHERE event_log.aggregate_id = anew.aggregate_id AND event_log.version = anew.version
"""
ENDS_ANEW = """
UPDATE accounts SET chain_hash = event_log.chain_hash FROM event_log
WHERE aggregate_id = member_id::text AND event_log.version = accounts.version
"""
FORGERY = "UPDATE event_log SET message = replace(message, '76', '77') WHERE version = 1"


def told(desk: Desk) -> Desk:
    """A desk at which a random story was told."""
    Story(desk, seed=5).tell(lambda: 50)
    return desk


@pytest.fixture
def earned(fresh_desk: Desk) -> Desk:
    """A desk with three bonuses of one member."""
    fresh_desk.hear(fresh_desk.member("active"))
    fresh_desk.hear(fresh_desk.store())
    for _ in range(3):
        fresh_desk.earned()
    return fresh_desk


def anchor(desk: Desk) -> None:
    AnchorChains(desk.engine, desk.clock).work()


def test_each_event_is_linked_to_the_one_before_it(fresh_desk: Desk) -> None:
    told(fresh_desk)
    ends: dict[str, bytes] = {}
    rows = fresh_desk.rows("SELECT * FROM event_log ORDER BY aggregate_id, version")
    assert len(rows) > 200
    for row in rows:
        previous = ends.get(row["aggregate_id"], chain.BEGINS)
        ends[row["aggregate_id"]] = chain.link(previous, row["message"].encode())
        assert row["chain_hash"] == ends[row["aggregate_id"]]
    kept = fresh_desk.rows("SELECT member_id::text, chain_hash FROM accounts WHERE version > 0")
    assert {row["member_id"]: row["chain_hash"] for row in kept} == ends


def test_a_story_told_twice_leaves_chains_that_hold(fresh_desk: Desk, addresses: Addresses) -> None:
    told(fresh_desk)
    anchor(fresh_desk)
    Story(fresh_desk, seed=6).tell(lambda: 20, copies=2)
    assert faults_of_chains(fresh_desk, addresses.postgres_dsn) == {}


@pytest.mark.parametrize(
    ("deed", "found"),
    [
        ((FORGERY,), {"links_broken"}),
        (("DELETE FROM event_log WHERE version = 2",), {"events_missing", "links_broken"}),
        (("DELETE FROM event_log WHERE version = 3",), {"ends_wrong", "anchors_broken"}),
        ((FORGERY, CHAIN_ANEW), {"ends_wrong", "anchors_broken"}),
        ((FORGERY, CHAIN_ANEW, ENDS_ANEW), {"anchors_broken"}),
    ],
    ids=["changed", "taken out", "cut", "chained anew", "chained anew with its end"],
)
def test_whoever_changes_the_past_is_found(
    earned: Desk, addresses: Addresses, deed: tuple[str, ...], found: set[str]
) -> None:
    anchor(earned)
    assert faults_of_chains(earned, addresses.postgres_dsn) == {}
    rewrite(earned, addresses.postgres_dsn, *deed)
    assert set(faults_of_chains(earned, addresses.postgres_dsn)) == found


def test_a_day_has_one_anchor_and_what_comes_after_it_breaks_none(
    earned: Desk, addresses: Addresses
) -> None:
    anchor(earned)
    earned.earned()
    anchor(earned)
    earned.clock.move(timedelta(days=1))
    anchor(earned)
    earned.earned()
    kept = earned.rows("SELECT day, members, anchor_hash FROM chain_anchors ORDER BY day")
    assert [row["members"] for row in kept] == [1, 1]
    assert len({row["anchor_hash"] for row in kept}) == 2
    assert faults_of_chains(earned, addresses.postgres_dsn) == {}


@pytest.mark.parametrize("table", ["event_log", "chain_anchors"])
@pytest.mark.parametrize("deed", ["UPDATE {} SET chain_hash = ''", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_services_role_changes_no_past(desk: Desk, table: str, deed: str) -> None:
    statement = deed.format(table).replace("chain_hash", _hash_of(table))
    with desk.engine.connect() as connection, pytest.raises(DBAPIError, match="permission"):
        connection.execute(text(statement))


def _hash_of(table: str) -> str:
    return "anchor_hash" if table == "chain_anchors" else "chain_hash"


def test_an_event_without_its_link_is_refused_by_the_database(desk: Desk) -> None:
    said = "'bonuses', 'm', 'm', 1, now(), '{}'"
    columns = "topic, key, aggregate_id, version, occurred_at, message"
    with desk.engine.connect() as connection, pytest.raises(DBAPIError, match="is_chained"):
        connection.execute(text(f"INSERT INTO event_log ({columns}) VALUES ({said})"))


def test_a_bonus_tells_what_changed_it(desk: Desk) -> None:
    desk.hear(desk.member("active"))
    desk.hear(desk.store())
    receipt_id, payout_id = bonuses.new_id(), bonuses.new_id()
    report = desk.conversion(bonuses.new_id(), status="approved", receipt_id=receipt_id)
    asks = desk.asks(payout_id)
    desk.hear(report)
    desk.hear(asks)
    causes = [one["data"]["cause"] for one in desk.said("bonus.changed")]
    assert causes == [
        {
            "event_id": str(report.event_id),
            "at": "2026-11-21T08:00:00Z",
            "receipt_id": receipt_id,
            "payout_id": None,
        },
        {
            "event_id": str(asks.event_id),
            "at": "2026-11-21T08:00:00Z",
            "receipt_id": None,
            "payout_id": payout_id,
        },
    ]
