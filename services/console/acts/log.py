"""The log of acts: noted before the API is called, with its outcome after; it only grows."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, text

_BEGIN = text("""
INSERT INTO acts (act_id, clerk, role, act, subject, reason, content_hash, acted_at)
VALUES (:act_id, :clerk, :role, :act, :subject, :reason, :content_hash, :acted_at)
ON CONFLICT DO NOTHING
""")
_END = text("""
INSERT INTO act_outcomes (act_id, outcome, said, ended_at)
VALUES (:act_id, :outcome, :said, :ended_at) ON CONFLICT DO NOTHING
""")
_FIND = text("""
SELECT acts.*, outcome, said FROM acts LEFT JOIN act_outcomes USING (act_id) WHERE act_id = :act_id
""")
_LIST = text("""
SELECT number, act_id, clerk, role, act, subject, reason, acted_at, outcome, said
FROM acts LEFT JOIN act_outcomes USING (act_id)
WHERE (CAST(:clerk AS text) IS NULL OR clerk = :clerk)
  AND (CAST(:subject AS text) IS NULL OR subject = :subject)
  AND (CAST(:before AS bigint) IS NULL OR number < :before)
ORDER BY number DESC LIMIT :limit
""")
_LONGEST_SAID = 500


class Outcome(StrEnum):
    """How an act ended; one without an outcome is one whose process died."""

    DONE = "done"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Noted:
    """An act as it is noted before it is done."""

    act_id: UUID
    clerk: str
    role: str
    act: str
    subject: str
    reason: str | None
    content_hash: bytes


def content_hash(act: str, targets: Mapping[str, str], values: Mapping[str, Any]) -> bytes:
    """Answer the hash of what a form asks for: the same form sent twice has the same."""
    content = json.dumps([act, dict(targets), dict(values)], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).digest()


def begin(connection: Connection, noted: Noted, now: datetime) -> bool:
    """Note an act; False: one with this id was begun before. The key decides between two clicks."""
    row = {
        "act_id": noted.act_id,
        "clerk": noted.clerk,
        "role": noted.role,
        "act": noted.act,
        "subject": noted.subject,
        "reason": noted.reason,
        "content_hash": noted.content_hash,
        "acted_at": now,
    }
    return connection.execute(_BEGIN, row).rowcount == 1


def end(connection: Connection, act_id: UUID, outcome: Outcome, said: str, now: datetime) -> None:
    """Note how an act ended."""
    said = said[:_LONGEST_SAID].replace("\x00", "")
    row = {"act_id": act_id, "outcome": outcome.value, "said": said, "ended_at": now}
    connection.execute(_END, row)


def find(connection: Connection, act_id: UUID) -> RowMapping | None:
    """Answer an act with its outcome."""
    return connection.execute(_FIND, {"act_id": act_id}).mappings().first()


def listing(
    connection: Connection,
    *,
    clerk: str | None = None,
    subject: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> Sequence[RowMapping]:
    """Answer acts, the newest first: of a clerk, on a subject, or all."""
    asked = {"clerk": clerk, "subject": subject, "before": before, "limit": limit}
    return connection.execute(_LIST, asked).mappings().all()
