"""Queries on files: taking them in, the rows that wait to be applied, and how far each one is."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection, RowMapping, text

from services.partner_postback.files.rows import Row, Staged
from shared.database import raw

_BLOCK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file as it is taken in; `sent_by`: partner or clerk."""

    file_id: UUID
    partner_id: str
    profile: str
    profile_version: str
    content_hash: str
    name: str
    size_bytes: int
    is_dry_run: bool
    sent_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Chunk:
    """The next rows of a file, locked with it; `first_row` counts from 1."""

    file: RowMapping
    first_row: int
    rows: list[Row]


class RowVerdict(msgspec.Struct, frozen=True):
    """The verdict on a row that has no receipt."""

    row_number: int
    order_id: str
    line_id: str
    verdict: str
    code: str
    detail: str
    field: str | None


_ADD = text("""
INSERT INTO files (file_id, partner_id, profile, profile_version, content_hash, name, size_bytes,
    columns, rows, state, is_dry_run, sent_by, made_at, advanced_at)
VALUES (:file_id, :partner_id, :profile, :profile_version, :content_hash, :name, :size_bytes,
    :columns, :rows, 'taken_in', :is_dry_run, :sent_by, :made_at, :made_at)
ON CONFLICT DO NOTHING RETURNING *
""")
_SAME = text("""
SELECT * FROM files WHERE NOT is_dry_run AND partner_id = :partner_id AND profile = :profile
    AND profile_version = :profile_version AND content_hash = :content_hash
""")
_COPY = "COPY file_chunks (file_id, first_row, rows) FROM STDIN"
# The file that waited longest goes on; one that another process works at is left to it.
_NEXT = text("""
SELECT * FROM files WHERE state <> 'finished'
ORDER BY advanced_at, file_id LIMIT 1 FOR UPDATE SKIP LOCKED
""")
_TAKE = text("""
DELETE FROM file_chunks WHERE (file_id, first_row) IN (
    SELECT file_id, first_row FROM file_chunks WHERE file_id = :file_id ORDER BY first_row LIMIT 1
) RETURNING first_row, rows
""")
_PUT_BACK = text("""
INSERT INTO file_chunks (file_id, first_row, rows) VALUES (:file_id, :first_row, :rows)
""")
_ADVANCE = text("""
UPDATE files SET applied_rows = applied_rows + :rows, advanced_at = :now,
    state = CASE WHEN applied_rows + :rows = rows THEN 'finished' ELSE 'applying' END,
    finished_at = CASE WHEN applied_rows + :rows = rows THEN CAST(:now AS timestamptz) END
WHERE file_id = :file_id
""")
_PUT_OFF = text("""
UPDATE files SET advanced_at = :now WHERE file_id = (
    SELECT file_id FROM files WHERE state <> 'finished'
    ORDER BY advanced_at, file_id LIMIT 1 FOR UPDATE SKIP LOCKED)
""")
_NOTE = """
INSERT INTO file_verdicts (file_id, row_number, order_id, line_id, verdict, code, detail, field)
SELECT %s, row_number, order_id, line_id, verdict, code, detail, field
FROM json_populate_recordset(NULL::file_verdicts, %s)
"""
_chunk = msgspec.json.Decoder(list[Row])


def same(connection: Connection, new: NewFile) -> RowMapping | None:
    """Answer the file of the same content that was taken in before, read in the same way."""
    return connection.execute(_SAME, asdict(new)).mappings().first()


def add(connection: Connection, new: NewFile, staged: Staged) -> RowMapping | None:
    """Keep a file and its rows; answers None, and keeps nothing, when it is here already."""
    row = {**asdict(new), "columns": list(staged.columns), "rows": staged.rows}
    kept = connection.execute(_ADD, row).mappings().first()
    if kept is not None:
        with raw(connection).cursor().copy(_COPY) as copy:
            while block := staged.file.read(_BLOCK_BYTES):
                copy.write(block)
    return kept


def next_chunk(connection: Connection) -> Chunk | None:
    """Lock a file that is not applied yet and take its next rows; None when there is no such."""
    file = connection.execute(_NEXT).mappings().first()
    if file is None:
        return None
    first_row, rows = connection.execute(_TAKE, {"file_id": file["file_id"]}).one()
    return Chunk(file, first_row, _chunk.decode(rows))


def put_back_in_halves(connection: Connection, chunk: Chunk) -> None:
    """Keep the rows of a chunk as two, so that the next tries come closer to the one at fault."""
    middle = len(chunk.rows) // 2
    for first, rows in ((0, chunk.rows[:middle]), (middle, chunk.rows[middle:])):
        half = {
            "file_id": chunk.file["file_id"],
            "first_row": chunk.first_row + first,
            "rows": msgspec.json.encode(rows).decode(),
        }
        connection.execute(_PUT_BACK, half)


def advance(connection: Connection, chunk: Chunk, now: datetime) -> None:
    """Note that the rows of a chunk are done; the file is finished with its last one."""
    done = {"file_id": chunk.file["file_id"], "rows": len(chunk.rows), "now": now}
    connection.execute(_ADVANCE, done)


def put_off(connection: Connection, now: datetime) -> None:
    """Let the other files go on before the one whose turn it is."""
    connection.execute(_PUT_OFF, {"now": now})


def note(connection: Connection, file_id: UUID, verdicts: Sequence[RowVerdict]) -> None:
    """Keep verdicts on rows that have no receipt."""
    rows = msgspec.json.encode(verdicts).decode()
    raw(connection).execute(_NOTE, (file_id, rows))
