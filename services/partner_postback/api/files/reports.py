"""Reports on files: how far each is, and what became of its rows, to read or to download."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, BinaryIO
from uuid import UUID

from flask import Response, request
from sqlalchemy import Engine, RowMapping

from services.partner_postback.api.access.reader import Reader
from services.partner_postback.files import schemas
from services.partner_postback.files.report import as_csv, shown
from services.partner_postback.formats import Format
from services.partner_postback.store.files import reports as file_reports
from shared.web import Blueprint

_PAGE_ROWS = 1_000
_BLOCK_BYTES = 64 * 1024
_ROWS = {
    "application/json": {"schema": schemas.RowListSchema},
    "text/csv": {"schema": {"type": "string"}},
}


class UnknownFile(Exception):
    """There is no such file, or it is another partner's."""

    code = "unknown_file"

    def __init__(self, file_id: UUID) -> None:
        super().__init__(f"There is no file {file_id} that you may read.")


def blueprint(engine: Engine, reader: Reader) -> Blueprint:
    """Build the routes that tell of files."""
    files = Blueprint("file_reports", __name__, description="What became of files and their rows.")

    @files.get("/files")
    @files.arguments(schemas.FileQuerySchema, location="query")
    @files.response(200, schemas.FileListSchema)
    def list_files(asked: dict[str, Any]) -> object:
        """List files, newest first."""
        own = reader.own()
        with engine.connect() as connection:
            found = file_reports.files(
                connection, {**asked, "partner_id": own or asked["partner_id"]}
            )
        is_full = len(found) == asked["limit"]
        return {"data": found, "next": found[-1]["file_id"] if is_full else None}

    @files.get("/files/<uuid:file_id>")
    @files.response(200, schemas.FileReportSchema)
    def read_file(file_id: UUID) -> object:
        """Read how far a file is, and how many of its rows became what."""
        found = _find(engine, reader, file_id)
        with engine.connect() as connection:
            return {**found, "verdicts": file_reports.counts(connection, file_id)}

    @files.get("/files/<uuid:file_id>/rows")
    @files.arguments(schemas.RowQuerySchema, location="query")
    @files.doc(responses={"200": {"description": "JSON, or CSV", "content": _ROWS}})
    @files.response(200, schemas.RowListSchema)
    def read_rows(asked: dict[str, Any], file_id: UUID) -> object:
        """Read the verdicts of a file's rows, in pages as JSON, or all of them as CSV."""
        spoken = reader.directory.format(_find(engine, reader, file_id)["profile"])
        if _wants_csv(asked.pop("format")):
            return _download(as_csv(_pages(engine, file_id, spoken, asked["verdict"])))
        with engine.connect() as connection:
            rows = file_reports.rows(connection, file_id, **asked)
        is_full = len(rows) == asked["limit"]
        return {"data": shown(rows, spoken), "next": rows[-1]["row_number"] if is_full else None}

    return files


def _find(engine: Engine, reader: Reader, file_id: UUID) -> RowMapping:
    own = reader.own()
    with engine.connect() as connection:
        found = file_reports.file(connection, file_id, own)
    if found is None:
        raise UnknownFile(file_id)
    return found


def _wants_csv(named: str | None) -> bool:
    if named is not None:
        return named == "csv"
    return request.accept_mimetypes.best_match(["application/json", "text/csv"]) == "text/csv"


def _pages(
    engine: Engine, file_id: UUID, spoken: Format | None, verdict: str | None
) -> Iterator[Sequence[Mapping[str, Any]]]:
    """Answer the rows in pages, each read by itself: no transaction waits for a slow reader."""
    after = 0
    while True:
        with engine.connect() as connection:
            rows = file_reports.rows(
                connection, file_id, after=after, limit=_PAGE_ROWS, verdict=verdict
            )
        if not rows:
            return
        yield shown(rows, spoken)
        after = rows[-1]["row_number"]


def _download(lines: Iterable[str]) -> Response:
    """Answer a text of any length, with its length: nobody takes the first part for the whole.

    A stream that breaks off looks like one that ends, so it is written to disk first.
    """
    with ExitStack() as unless_answered:
        file = unless_answered.enter_context(tempfile.TemporaryFile())
        for line in lines:
            file.write(line.encode())
        length = file.tell()
        file.seek(0)
        unless_answered.pop_all()
    answer = Response(_sent(file), content_type="text/csv; charset=utf-8")
    answer.content_length = length
    return answer


def _sent(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while block := file.read(_BLOCK_BYTES):
            yield block


REFUSALS: dict[type[Exception], int] = {UnknownFile: 404}
