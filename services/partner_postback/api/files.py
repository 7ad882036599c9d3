"""Files over HTTP: uploaded as a stream, applied later, their reports read and downloaded."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from sqlalchemy import Engine, RowMapping

from services.partner_postback.api.access.reader import Reader
from services.partner_postback.files import schemas
from services.partner_postback.files.broken import BrokenFile, Fault
from services.partner_postback.files.report import as_csv, shown
from services.partner_postback.files.taking_in import Body, Offer, take_in
from services.partner_postback.formats import Format
from services.partner_postback.formats.request import Code
from services.partner_postback.partners import may_send_from
from services.partner_postback.store import file_reports
from shared.problems import CONTENT_TYPE, problem
from shared.schemas import LARGEST_INTEGER
from shared.web import Blueprint

_PAGE_ROWS = 1_000
_STATUS = {
    Fault.LENGTH_REQUIRED: 411,
    Fault.TOO_LARGE: 413,
    Fault.PACKED_TOO_TIGHT: 413,
    Fault.WRONG_CONTENT_TYPE: 415,
    Fault.WRONG_CONTENT_ENCODING: 415,
}
_FILE_BODY = {
    "required": True,
    "content": {
        kind: {"schema": {"type": "string", "format": "binary"}}
        for kind in ("text/csv", "application/xml")
    },
}
_REFUSED = {
    status: {"description": why, "content": {CONTENT_TYPE: {"schema": schemas.BrokenFileSchema}}}
    for status, why in (
        ("403", "the partner may not send this, or not from this address"),
        ("411", "it comes without its Content-Length"),
        ("413", "larger than 100 MB, packed or unpacked"),
        ("415", "another content type than its profile reads"),
    )
}


class UnknownFile(Exception):
    """There is no such file, or it is another partner's."""

    code = "unknown_file"

    def __init__(self, file_id: UUID) -> None:
        super().__init__(f"There is no file {file_id} that you may read.")


class NotForFiles(ValueError):
    """Nobody said how such files are read."""

    code = "unknown_profile"
    field = "profile"

    def __init__(self, name: str) -> None:
        super().__init__(f"profile: {name!r} does not say how a file is read (its `file` part).")


class NotAllowedHere(Exception):
    """The partner may not send such files, or not from where they come."""

    def __init__(self, code: Code, why: str) -> None:
        self.code = code
        super().__init__(why)


def blueprint(engine: Engine, reader: Reader) -> Blueprint:
    """Build the routes of files."""
    files = Blueprint("files", __name__, description="Files of approvals, declines, amendments.")

    @files.post("/files")
    @files.arguments(schemas.NewFileSchema, location="query")
    @files.doc(requestBody=_FILE_BODY, responses=_REFUSED)
    @files.response(202, schemas.KeptFileSchema)
    @files.alt_response(200, schema=schemas.KeptFileSchema, description="here already")
    def upload(asked: dict[str, Any]) -> object:
        """Upload a file, CSV or XML, at most 100 MB, perhaps with `Content-Encoding: gzip`.

        All of it is taken in, or nothing. What became of each row stands in its report, a little
        later. The same file twice is one file.
        """
        request.max_content_length = LARGEST_INTEGER  # who reads the stream counts for itself
        kept, is_new = take_in(engine, _offer(reader, asked), _body())
        report = url_for("files.read_file", file_id=kept["file_id"])
        return {**kept, "is_new": is_new, "report": report}, 202 if is_new else 200

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
    @files.response(200, schemas.RowListSchema)
    def read_rows(asked: dict[str, Any], file_id: UUID) -> object:
        """Read the verdicts of a file's rows, in pages as JSON, or all of them as CSV."""
        spoken = reader.directory.format(_find(engine, reader, file_id)["profile"])
        if _wants_csv(asked.pop("format")):
            pages = _pages(engine, file_id, spoken, asked["verdict"])
            return Response(as_csv(pages), content_type="text/csv; charset=utf-8")
        with engine.connect() as connection:
            rows = file_reports.rows(connection, file_id, **asked)
        is_full = len(rows) == asked["limit"]
        return {"data": shown(rows, spoken), "next": rows[-1]["row_number"] if is_full else None}

    return files


def _offer(reader: Reader, asked: Mapping[str, Any]) -> Offer:
    """Answer whose file comes, if its sender may send it; raises for whatever it may not."""
    partner_id = reader.readable(asked["partner_id"])
    reader.partners_own(partner_id)
    spoken = reader.directory.format(asked["profile"])
    if spoken is None or spoken.profile is None or spoken.profile.file is None:
        raise NotForFiles(asked["profile"])
    is_own = reader.own() is not None
    if is_own:
        _check_partner(reader, partner_id, spoken)
    return Offer(
        partner_id=partner_id,
        spoken=spoken,
        name=asked["name"],
        is_dry_run=asked["dry_run"] == "true",
        sent_by="partner" if is_own else "clerk",
        made_at=reader.clock(),
    )


def _check_partner(reader: Reader, partner_id: str, spoken: Format) -> None:
    partner, address = reader.directory.find(partner_id), request.remote_addr or ""
    assert partner is not None
    if not may_send_from(partner, address):
        why = f"{address} is not in this partner's IP allow-list."
        raise NotAllowedHere(Code.IP_NOT_ALLOWED, why)
    if spoken.name not in partner.formats:
        why = f"This partner may not send the format {spoken.name!r}."
        raise NotAllowedHere(Code.FORMAT_NOT_ALLOWED, why)


def _body() -> Body:
    return Body(
        stream=request.stream,
        length=request.content_length,
        encoding=request.headers.get("Content-Encoding", "").strip().lower(),
        media_type=request.mimetype,
        charset=request.mimetype_params.get("charset"),
    )


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


def refuse_broken(broken: BrokenFile) -> Response:
    """Answer a file that was refused as a whole."""
    more: dict[str, Any] = {"line": broken.line} if broken.line else {}
    if broken.field:
        more["errors"] = [{"field": broken.field, "message": broken.why}]
    return problem(_STATUS.get(broken.code, 422), broken.code, str(broken), **more)


REFUSALS: dict[type[Exception], int] = {UnknownFile: 404, NotForFiles: 422, NotAllowedHere: 403}
