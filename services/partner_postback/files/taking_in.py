"""Takes a file in: received, read to its end, then kept with its rows in one short transaction.

Whatever goes wrong before that transaction, a cut connection, a kill, a row that breaks the file,
leaves nothing behind.
"""

import tempfile
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Engine, RowMapping

from services.partner_postback.files import reading
from services.partner_postback.files.upload import Stream, Upload, receive
from services.partner_postback.formats import Format
from services.partner_postback.store.files import keeping as files
from services.partner_postback.store.files.keeping import NewFile


@dataclass(frozen=True, slots=True)
class Body:
    """What is uploaded, and what its headers say of it."""

    stream: Stream
    length: int | None
    encoding: str
    media_type: str
    charset: str | None


@dataclass(frozen=True, slots=True)
class Offer:
    """Whose file it is, how it is to be read, and who sends it: the partner or a clerk."""

    partner_id: str
    spoken: Format
    name: str
    is_dry_run: bool
    sent_by: str
    made_at: datetime


def take_in(engine: Engine, offer: Offer, body: Body) -> tuple[RowMapping, bool]:
    """Answer the file as it is kept, and whether it is new; raises BrokenFile."""
    profile = offer.spoken.profile
    assert profile is not None
    assert profile.file is not None
    reading.check_type(profile.file, body.media_type)
    with tempfile.TemporaryFile() as received, tempfile.TemporaryFile() as staged:
        upload = receive(body.stream, body.length, body.encoding, received)
        new = _new_file(offer, upload)
        if known := _known(engine, new):
            return known, False
        rows = reading.stage(upload.file, body.charset, profile, new.file_id, staged)
        with engine.begin() as connection:
            kept = files.add(connection, new, rows)
    if kept is None:  # another upload of the same file was faster
        known = _known(engine, new)
        assert known is not None
        return known, False
    return kept, True


def _new_file(offer: Offer, upload: Upload) -> NewFile:
    return NewFile(
        file_id=uuid4(),
        partner_id=offer.partner_id,
        profile=offer.spoken.name,
        profile_version=offer.spoken.version,
        content_hash=upload.content_hash,
        name=offer.name,
        size_bytes=upload.size_bytes,
        is_dry_run=offer.is_dry_run,
        sent_by=offer.sent_by,
        made_at=offer.made_at,
    )


def _known(engine: Engine, new: NewFile) -> RowMapping | None:
    """Answer the same file if it was taken in before; a dry run is told anew each time."""
    if new.is_dry_run:
        return None
    with engine.begin() as connection:
        return files.same(connection, new)
