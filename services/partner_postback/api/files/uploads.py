"""Files are uploaded as a stream, by the partner or by a clerk."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request, url_for
from sqlalchemy import Engine

from services.partner_postback.api.access.reader import Reader
from services.partner_postback.files import schemas
from services.partner_postback.files.broken import BrokenFile, Fault
from services.partner_postback.files.taking_in import Body, Offer, take_in
from services.partner_postback.formats import Format
from services.partner_postback.formats.request import Code
from services.partner_postback.partners import may_send_from
from shared.body import Uploads
from shared.problems import CONTENT_TYPE, problem
from shared.schemas import LARGEST_INTEGER
from shared.web import Blueprint

# Postbacks need the other threads, however slowly files come.
_MOST_AT_ONCE, _MOST_OF_ONE = 8, 6
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
    """Build the route that takes files in."""
    uploads = Blueprint(
        "uploads", __name__, description="Files of approvals, declines, amendments."
    )
    under_way = Uploads(_MOST_AT_ONCE, _MOST_OF_ONE)

    @uploads.post("/files")
    @uploads.arguments(schemas.NewFileSchema, location="query")
    @uploads.doc(requestBody=_FILE_BODY, responses=_REFUSED)
    @uploads.response(202, schemas.KeptFileSchema)
    @uploads.alt_response(200, schema=schemas.KeptFileSchema, description="here already")
    def upload(asked: dict[str, Any]) -> object:
        """Upload a file, CSV or XML, at most 100 MB, perhaps with `Content-Encoding: gzip`.

        All of it is taken in, or nothing. What became of each row stands in its report, a little
        later. The same file twice is one file.
        """
        offer = _offer(reader, asked)
        request.max_content_length = LARGEST_INTEGER  # who reads the stream counts for itself
        with under_way.one_of(offer.partner_id):
            kept, is_new = take_in(engine, offer, _body())
        report = url_for("file_reports.read_file", file_id=kept["file_id"])
        return {**kept, "is_new": is_new, "report": report}, 202 if is_new else 200

    return uploads


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


def refuse_broken(broken: BrokenFile) -> Response:
    """Answer a file that was refused as a whole."""
    more: dict[str, Any] = {"line": broken.line} if broken.line else {}
    if broken.field:
        more["errors"] = [{"field": broken.field, "message": broken.why}]
    return problem(_STATUS.get(broken.code, 422), broken.code, str(broken), **more)


REFUSALS: dict[type[Exception], int] = {
    NotForFiles: 422,
    NotAllowedHere: 403,
}
