"""Applies the rows of files, chunk by chunk: each chunk, with its verdicts, is one transaction.

So a kill at any line leaves every row either applied and counted, or waiting. A chunk that cannot
be kept is halved until the row at fault stands alone; its report says so, and the file goes on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid5

import msgspec
import structlog
from sqlalchemy import Connection, Engine, RowMapping

from services.partner_postback import formats, handlers
from services.partner_postback.click_id import ClickIds
from services.partner_postback.domain.algebra import Message
from services.partner_postback.files.report import key_in
from services.partner_postback.files.rows import Row, record_of
from services.partner_postback.formats import Format
from services.partner_postback.formats.request import RECORD, Code, RawRequest, Refused, Source
from services.partner_postback.partners import Directory
from services.partner_postback.store.batches import RACES
from services.partner_postback.store.files import keeping as files
from services.partner_postback.store.files.keeping import Chunk, RowVerdict
from services.partner_postback.verdicts import Arrival, Origin, Outcome, refused
from shared.clock import Clock
from shared.database import SERVER_AWAY

log = structlog.get_logger()
_MOST_TRIES = 5
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class FileRows:
    """What applying the rows of files needs."""

    engine: Engine
    directory: Directory
    clicks: ClickIds
    clock: Clock

    def work(self) -> bool:
        """Apply one chunk of one file; answers whether there may be more."""
        for _ in range(_MOST_TRIES):
            try:
                return self._apply_next()
            except RACES as fault:  # what another process decided is read at the next try
                log.info("file.raced", fault=str(fault)[:300])
        with self.engine.begin() as connection:
            files.put_off(connection, self.clock())
        return False

    def _apply_next(self) -> bool:
        with self.engine.begin() as connection:
            chunk = files.next_chunk(connection)
            if chunk is None:
                return False
            spoken = self.directory.format(chunk.file["profile"])
            arrivals = _arrivals(chunk, spoken)
            outcomes = self._record(connection, chunk, arrivals)
            if outcomes is None and len(arrivals) > 1:
                files.put_back_in_halves(connection, chunk)
                return True
            if outcomes is None or chunk.file["is_dry_run"]:
                told = outcomes or [_not_kept(arrivals[0])]
                files.note(connection, chunk.file["file_id"], _told(arrivals, told, spoken))
            files.advance(connection, chunk, self.clock())
        file_id = str(chunk.file["file_id"])
        log.info("file.applied", file_id=file_id, first_row=chunk.first_row, rows=len(arrivals))
        return True

    def _record(
        self, connection: Connection, chunk: Chunk, arrivals: Sequence[Arrival]
    ) -> list[Outcome] | None:
        """Decide on a chunk; of a dry run nothing stays. None when it cannot be kept."""
        try:
            with connection.begin_nested() as here:
                outcomes = handlers.record(connection, arrivals, self.clicks, self.clock)
                if chunk.file["is_dry_run"]:
                    here.rollback()
        except (*SERVER_AWAY, *RACES):
            raise
        except Exception:
            file_id = str(chunk.file["file_id"])
            log.exception("file.cannot_keep", file_id=file_id, first_row=chunk.first_row)
            return None
        return outcomes


def _arrivals(chunk: Chunk, spoken: Format | None) -> list[Arrival]:
    numbered = enumerate(chunk.rows, start=chunk.first_row)
    return [_arrival(chunk.file, number, row, spoken) for number, row in numbered]


def _arrival(file: RowMapping, number: int, row: Row, spoken: Format | None) -> Arrival:
    try:
        record = record_of(file["columns"], row)
    except Refused as fault:
        request = _request(file, row)
        said: Message | Refused = fault
    else:
        request = _request(file, record)
        said = formats.read_or_refuse(request, spoken, record)
    return Arrival(
        # Its own for ever: a row that was applied twice would meet its first receipt.
        receipt_id=uuid5(file["file_id"], str(number)),
        partner_id=file["partner_id"],
        request=request,
        said=said,
        format_version=spoken.version if spoken else "",
        origin=Origin(file["file_id"], number),
    )


def _request(file: RowMapping, content: Mapping[str, str] | Row) -> RawRequest:
    return RawRequest(
        format=file["profile"],
        method=RECORD,
        query=b"",
        body=_encode(content),
        received_at=file["made_at"],
        source=Source.FILE,
    )


def _not_kept(arrival: Arrival) -> Outcome:
    why = "The row could not be kept, which is our fault, and nothing of it counts."
    return refused(arrival, Refused(Code.NOT_KEPT, why))


def _told(
    arrivals: Sequence[Arrival], outcomes: Sequence[Outcome], spoken: Format | None
) -> list[RowVerdict]:
    """Answer what the report keeps of rows without a receipt."""
    return [
        RowVerdict(
            arrival.origin.row_number if arrival.origin else 0,
            *_key_of(arrival, spoken),
            outcome.verdict,
            outcome.code,
            outcome.detail,
            outcome.field,
        )
        for arrival, outcome in zip(arrivals, outcomes, strict=True)
    ]


def _key_of(arrival: Arrival, spoken: Format | None) -> tuple[str, str]:
    if isinstance(arrival.said, Message):
        return arrival.said.order_id, arrival.said.line_id
    return key_in(arrival.request.body, spoken)
