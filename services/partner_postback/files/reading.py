"""Reads an upload by the profile that it was sent with, and writes its rows as they are kept."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO
from uuid import UUID

import msgspec

from services.partner_postback.files import csv_rows, xml_rows
from services.partner_postback.files.broken import BrokenFile, Fault
from services.partner_postback.files.charset import charset_of
from services.partner_postback.files.rows import Rows, Staged
from services.partner_postback.formats.profile import FileLayout, Profile

MOST_ROWS = 1_000_000
_TYPES = {
    "csv": ("text/csv", "application/csv"),
    "xml": ("application/xml", "text/xml"),
}
_encode = msgspec.json.Encoder().encode


def check_type(layout: FileLayout, media_type: str) -> None:
    """Check that a file is called what its profile reads; raises BrokenFile."""
    types = _TYPES[layout.kind]
    if media_type not in types:
        why = f"This profile reads files of the content type {types[0]}, not {media_type[:100]!r}."
        raise BrokenFile(Fault.WRONG_CONTENT_TYPE, why)


def stage(
    file: BinaryIO, charset: str | None, profile: Profile, file_id: UUID, staged: BinaryIO
) -> Staged:
    """Read a file to its end and write its chunks to `staged`, as COPY takes them.

    Raises BrokenFile; no transaction is open yet, so that a long file keeps nobody waiting.
    """
    assert profile.file is not None
    with _opened(file, charset, profile, profile.file) as found:
        rows = 0
        for chunk in found.chunks:
            # JSON has its control characters escaped; a backslash means something to COPY too.
            written = _encode(chunk).replace(b"\\", b"\\\\")
            staged.write(b"%s\t%d\t%s\n" % (str(file_id).encode(), rows + 1, written))
            rows += len(chunk)
            if rows > MOST_ROWS:
                why = f"A file has at most {MOST_ROWS} rows: send it in parts."
                raise BrokenFile(Fault.TOO_MANY_ROWS, why)
    if not rows:
        raise BrokenFile(Fault.NO_ROWS, _why_empty(profile.file))
    staged.seek(0)
    return Staged(found.columns, rows, staged)


@contextmanager
def _opened(
    file: BinaryIO, charset: str | None, profile: Profile, layout: FileLayout
) -> Iterator[Rows]:
    if layout.kind == "xml":
        yield xml_rows.read(file, charset, layout)
        return
    with io.TextIOWrapper(file, charset_of(file, charset), newline="") as text:
        yield csv_rows.read(text, profile)


def _why_empty(layout: FileLayout) -> str:
    if layout.kind == "csv":
        return "The file has a header and no rows."
    of = f" of the namespace {layout.namespace}" if layout.namespace else ""
    return f"The file has no element <{layout.record}>{of}."
