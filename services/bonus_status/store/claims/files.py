"""The file of a claim: one, which can be replaced while the claim is open."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from shared.arrays import array
from shared.database import raw

_PUT = """
INSERT INTO claim_files (claim_id, name, media_type, size_bytes, content, content_hash, uploaded_at)
VALUES (%s, %s, %s, %s, %b, %s, %s)
ON CONFLICT (claim_id) DO UPDATE SET name = excluded.name, media_type = excluded.media_type,
    size_bytes = excluded.size_bytes, content = excluded.content,
    content_hash = excluded.content_hash, uploaded_at = excluded.uploaded_at
"""
_READ = """
SELECT name, media_type, size_bytes, content_hash, uploaded_at, content FROM claim_files
WHERE claim_id = %s
"""
_FORGET = """
DELETE FROM claim_files USING claims
WHERE claim_files.claim_id = claims.claim_id AND member_id = ANY(%s::uuid[])
"""


class ClaimFile(Struct, frozen=True):
    """A file that a member attached."""

    name: str
    media_type: str
    size_bytes: int
    content_hash: str
    uploaded_at: datetime
    content: bytes


def put(connection: Connection, claim_id: str, file: ClaimFile) -> None:
    """Keep a claim's file, in place of the one before."""
    row = (
        claim_id, file.name, file.media_type, file.size_bytes, file.content, file.content_hash,
        file.uploaded_at,
    )  # fmt: skip
    raw(connection).execute(_PUT, row)


def read(connection: Connection, claim_id: UUID) -> ClaimFile | None:
    """Answer a claim's file, or None."""
    row = raw(connection).execute(_READ, [claim_id], binary=True).fetchone()
    return None if row is None else ClaimFile(*row)  # type: ignore[arg-type]


def forget(connection: Connection, member_ids: list[str]) -> None:
    """Delete the files of members who were erased."""
    if member_ids:
        raw(connection).execute(_FORGET, [array(member_ids)])
