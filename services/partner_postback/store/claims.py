"""Claims as they were heard of, what partners answered, and which are to be recorded."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, text

from services.partner_postback.claims.recording import Accepted, Line

HEARD = (
    "claim_id", "member_id", "store_id", "click_id", "order_id", "ordered_at", "amount_minor",
    "currency", "state", "accepted_minor", "partner_by",
)  # fmt: skip
# Who reported the order, else who reports for its store, if he is registered.
_PARTNER = """
coalesce(
    (SELECT partner_id FROM conversions WHERE conversion_id = :conversion_id),
    (SELECT partners.partner_id FROM stores JOIN partners USING (partner_id)
     WHERE store_id = :store_id),
    (SELECT min(partner_id) FROM partners WHERE :store_id = ANY (stores)))
"""
_ORDER = """
coalesce(CAST(:order_id AS text),
         (SELECT order_id FROM conversions WHERE conversion_id = :conversion_id))
"""
_PUT = text(f"""
INSERT INTO claims (claim_id, partner_id, member_id, store_id, click_id, conversion_id, order_id,
    ordered_at, amount_minor, currency, state, accepted_minor, partner_by, changed_at, sent_at)
VALUES (:claim_id, {_PARTNER}, :member_id, :store_id, :click_id, :conversion_id, {_ORDER},
    :ordered_at, :amount_minor, :currency, :state, :accepted_minor, :partner_by, :changed_at,
    :sent_at)
ON CONFLICT (claim_id) DO UPDATE SET state = excluded.state, partner_by = excluded.partner_by,
    accepted_minor = excluded.accepted_minor, changed_at = excluded.changed_at,
    partner_id = coalesce(claims.partner_id, excluded.partner_id),
    order_id = coalesce(claims.order_id, excluded.order_id),
    sent_at = coalesce(claims.sent_at, excluded.sent_at)
RETURNING *
""")  # noqa: S608 - our own conditions
_LISTENS = text("""
SELECT EXISTS (SELECT FROM webhook_endpoints WHERE partner_id = :partner_id
    AND disabled_at IS NULL AND 'claim.sent' = ANY (events))
""")
_SHOWN = """
SELECT claim_id, partner_id, store_id, click_id, conversion_id, order_id, ordered_at, amount_minor,
    currency, state, sent_at, partner_by, answer, answer_minor, answer_text, answered_at
FROM claims
"""
_OF_PARTNER = text(f"""{_SHOWN}
WHERE partner_id = :partner_id AND sent_at IS NOT NULL
  AND (CAST(:state AS text) IS NULL OR state = :state)
  AND (CAST(:after AS uuid) IS NULL OR (sent_at, claim_id) >
       (SELECT sent_at, claim_id FROM claims
        WHERE claim_id = :after AND partner_id = :partner_id))
ORDER BY sent_at, claim_id LIMIT :limit
""")  # noqa: S608 - our own columns
_LOCK = text(f"""{_SHOWN}
WHERE claim_id = :claim_id AND sent_at IS NOT NULL
  AND (CAST(:own AS text) IS NULL OR partner_id = :own)
FOR UPDATE
""")
_ANSWER = text("""
UPDATE claims SET answer = :answer, answer_minor = :answer_minor, answer_text = :answer_text,
    answered_at = :answered_at
WHERE claim_id = :claim_id
""")
# A claim whose partner was not registered when it was heard of waits until it is.
_NEXT = text("""
SELECT claim_id, known.partner_id, member_id, click_id, order_id, ordered_at, amount_minor,
    currency, accepted_minor, changed_at
FROM claims CROSS JOIN LATERAL (
    SELECT coalesce(
        claims.partner_id,
        (SELECT partners.partner_id FROM stores JOIN partners USING (partner_id)
         WHERE stores.store_id = claims.store_id),
        (SELECT min(partners.partner_id) FROM partners WHERE claims.store_id = ANY (stores)))
) AS known (partner_id)
WHERE state = 'accepted' AND receipt_id IS NULL AND order_id IS NOT NULL
  AND known.partner_id IS NOT NULL AND coalesce(record_after, :now) <= :now
ORDER BY changed_at LIMIT 1 FOR UPDATE OF claims SKIP LOCKED
""")
_LINES = text("""
SELECT line_id, action, member_id, currency FROM conversions
WHERE partner_id = :partner_id AND order_id = :order_id ORDER BY line_id, action
""")
_RECORDED = text("""
UPDATE claims SET receipt_id = :receipt_id, partner_id = :partner_id WHERE claim_id = :claim_id
""")


_PUT_OFF = text("UPDATE claims SET record_after = :until WHERE claim_id = :claim_id")


def put(connection: Connection, claim: Mapping[str, Any]) -> RowMapping:
    """Keep a claim as it is now, and answer all that is known of it."""
    return connection.execute(_PUT, dict(claim)).mappings().one()


def listens(connection: Connection, partner_id: str | None) -> bool:
    """Tell whether a partner wants to be told of claims that are sent to it."""
    return bool(connection.scalar(_LISTENS, {"partner_id": partner_id}))


def of_partner(connection: Connection, asked: Mapping[str, Any]) -> Sequence[RowMapping]:
    """Answer a page of the claims that were sent to a partner, the oldest first."""
    return connection.execute(_OF_PARTNER, dict(asked)).mappings().all()


def lock(connection: Connection, claim_id: UUID, own: str | None) -> RowMapping | None:
    """Answer a claim that was sent, to `own` if given; nobody else answers it meanwhile."""
    return connection.execute(_LOCK, {"claim_id": claim_id, "own": own}).mappings().first()


def answer(connection: Connection, claim_id: UUID, given: Mapping[str, Any]) -> None:
    """Keep what a partner answered."""
    connection.execute(_ANSWER, {"claim_id": claim_id, **given})


def next_accepted(connection: Connection, now: datetime) -> tuple[Accepted, list[Line]] | None:
    """Answer an accepted claim to record, with its order's lines; None when there is none."""
    row = connection.execute(_NEXT, {"now": now}).mappings().first()
    if row is None:
        return None
    lines = connection.execute(_LINES, dict(row)).mappings()
    return Accepted(**row), [Line(**one) for one in lines]


def put_off(connection: Connection, claim_id: UUID, until: datetime) -> None:
    """Let a claim that cannot be recorded keep no other waiting."""
    connection.execute(_PUT_OFF, {"claim_id": claim_id, "until": until})


def note_recorded(connection: Connection, claim: Accepted, receipt_id: UUID) -> None:
    """Keep which receipt an accepted claim was recorded with."""
    recorded = {"claim_id": claim.claim_id, "partner_id": claim.partner_id}
    connection.execute(_RECORDED, {**recorded, "receipt_id": receipt_id})
