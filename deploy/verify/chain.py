"""What was said of each member against its chain of hashes, and all chains against the anchors."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any
from uuid import UUID

from psycopg.rows import tuple_row

from deploy.verify.books import Auditor, figures
from deploy.verify.check import Check

# The messages are hashed before they are sorted: only the hashes travel on.
_LINKS = """
WITH said AS MATERIALIZED (
    SELECT aggregate_id, version, chain_hash, sha256(convert_to(message, 'UTF8')) AS event_hash
    FROM bonus_status.event_log WHERE topic = 'bonuses'
), linked AS (
    SELECT aggregate_id, version, chain_hash, row_number() OVER said_of_member AS place,
           sha256(coalesce(lag(chain_hash) OVER said_of_member, decode(repeat('00', 32), 'hex'))
                  || event_hash) AS expected
    FROM said WINDOW said_of_member AS (PARTITION BY aggregate_id ORDER BY version)
)
SELECT count(*) AS events, count(*) FILTER (WHERE version <> place) AS events_missing,
       count(*) FILTER (WHERE chain_hash IS DISTINCT FROM expected) AS links_broken
FROM linked
"""
_ENDS = """
WITH last AS (
    SELECT DISTINCT ON (aggregate_id) aggregate_id, version, chain_hash
    FROM bonus_status.event_log WHERE topic = 'bonuses' ORDER BY aggregate_id, version DESC
)
SELECT count(*) AS members, count(*) FILTER (
    WHERE (coalesce(last.version, 0), coalesce(last.chain_hash, decode(repeat('00', 32), 'hex')))
       IS DISTINCT FROM (kept.version, kept.chain_hash)) AS ends_wrong
FROM bonus_status.accounts AS kept FULL JOIN last ON last.aggregate_id = kept.member_id::text
"""
_NEWEST_ANCHOR = """
SELECT count(*) OVER () AS anchors, members, anchor_hash
FROM bonus_status.chain_anchors ORDER BY day DESC LIMIT 1
"""
_AS_ANCHORED = """
SELECT DISTINCT ON (aggregate_id) aggregate_id, chain_hash FROM bonus_status.event_log
WHERE topic = 'bonuses' AND pg_visible_in_snapshot(
    transaction_id, (SELECT snapshot FROM bonus_status.chain_anchors ORDER BY day DESC LIMIT 1))
ORDER BY aggregate_id, version DESC
"""
_ROWS_AT_ONCE = 10_000


def checks(auditor: Auditor) -> list[Check]:
    """Judge the chains and the newest anchor, which covers all that was said before it."""
    links, ends = figures(auditor, _LINKS), figures(auditor, _ENDS)
    unbroken = Check(
        "each member's event log is an unbroken chain that ends where the account says",
        seen={"members": ends["members"], "events": links["events"]},
        wrong={
            "links_broken": links["links_broken"],
            "events_missing": links["events_missing"],
            "ends_wrong": ends["ends_wrong"],
        },
    )
    return [unbroken, _anchored(auditor)]


def _anchored(auditor: Auditor) -> Check:
    says = "the chains are those that the newest anchor sealed"
    anchor: dict[str, Any] | None = auditor.execute(_NEWEST_ANCHOR).fetchone()
    if anchor is None:
        return Check(says, seen={"anchors": 0}, wrong={})
    with auditor.cursor(name="chain_ends", row_factory=tuple_row) as ends:
        ends.itersize = _ROWS_AT_ONCE
        found = _sealed(ends.execute(_AS_ANCHORED))
    is_same = found == (anchor["members"], anchor["anchor_hash"])
    return Check(says, seen={"anchors": anchor["anchors"]}, wrong={"anchors_broken": not is_same})


def _sealed(ends: Iterable[tuple[str, bytes]]) -> tuple[int, bytes]:
    """Answer how many members, and the SHA-256 of their ids and hashes: see store/anchors.py."""
    seal, members = sha256(), 0
    for member_id, chain_hash in ends:
        seal.update(UUID(member_id).bytes + chain_hash)
        members += 1
    return members, seal.digest()
