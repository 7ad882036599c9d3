"""The table of used challenges and every query on it."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from services.members.captcha.challenges import Kind

# Longer than any challenge lasts, so that none can be used again once it is forgotten.
_KEPT = timedelta(hours=1)
_USE = text("""
INSERT INTO captchas_used (challenge_digest, kind, visitor_address, used_at)
VALUES (:digest, :kind, :address, :now) ON CONFLICT DO NOTHING
""")
_COUNT_QUESTIONS = text("""
SELECT count(*) FROM captchas_used
WHERE kind = 'question' AND visitor_address = :address AND used_at > :since
""")
_FORGET = text("""
DELETE FROM captchas_used WHERE challenge_digest = ANY(ARRAY(
    SELECT challenge_digest FROM captchas_used WHERE used_at <= :before
    LIMIT 100 FOR UPDATE SKIP LOCKED
))
""")


def use(connection: Connection, digest: bytes, kind: Kind, address: str, now: datetime) -> bool:
    """Use a challenge up; answers False where it was used before."""
    connection.execute(_FORGET, {"before": now - _KEPT})
    values = {"digest": digest, "kind": kind.value, "address": address, "now": now}
    return connection.execute(_USE, values).rowcount == 1


def questions_answered(connection: Connection, address: str, since: datetime) -> int:
    """Answer how many questions a visitor's address has answered, right or wrong."""
    return int(connection.scalar(_COUNT_QUESTIONS, {"address": address, "since": since}) or 0)
