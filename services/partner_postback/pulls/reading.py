"""Reads a run's pages, one after the other, into batches of records; then what the records say."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from uuid import UUID

from services.partner_postback import formats
from services.partner_postback.formats import Format
from services.partner_postback.formats.request import RECORD, RawRequest, Source
from services.partner_postback.outside.faults import Fault, FaultCode
from services.partner_postback.outside.fetching import Fetcher
from services.partner_postback.pulls.paging import (
    Page,
    Pager,
    Position,
    Target,
    after,
    check,
    is_done,
    narrowed,
)
from services.partner_postback.store.pulls import Due
from services.partner_postback.verdicts import Arrival, Origin
from shared.clock import Clock
from shared.ids import random_ids

# A page is kept in transactions of at most so many: each order of one is a lock.
_BATCH = 500
# Half a million records of the smallest pages: then it is the turn of other pulls, and of a look.
MOST_PAGES = 1_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Records to keep, and where the pull stands once they are; None: within their page.

    `number`: how many records the pull had read before.
    """

    records: list[bytes]
    number: int
    position: Position | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a run needs."""

    pull: Due
    pager: Pager
    spoken: Format
    fetcher: Fetcher
    clock: Clock
    most_pages: int = MOST_PAGES

    def batches(self, position: Position) -> Iterator[Batch]:
        """Read on from a position until the run is done; raises Fault."""
        target = self._target()
        number = self.pull.records
        for _ in range(self.most_pages):
            if is_done(position):
                return
            page, position = self._page(target, position)
            yield from self._batches(page, number, position)
            number += page.count
        if not is_done(position):
            why = f"stopped after {self.most_pages} pages; the next run goes on"
            raise Fault(FaultCode.TOO_MANY_PAGES, why)

    def arrivals(self, batch: Batch) -> list[Arrival]:
        """Answer what the records of a batch say, as requests to be kept.

        By whoever keeps them: the next page is fetched meanwhile.
        """
        ids = random_ids(len(batch.records))
        numbered = enumerate(zip(ids, batch.records, strict=True), start=batch.number + 1)
        return [self._arrival(*one, number) for number, one in numbered]

    def _target(self) -> Target:
        target = Target(self.pull.base_url, self.pull.settings, self.pull.credentials)
        if self.pager.sign_in is None or self.pager.token is None:
            return target
        token = self.pager.token(self.fetcher.fetch(self.pager.sign_in(target)))
        return replace(target, credentials={**target.credentials, "token": token})

    def _page(self, target: Target, position: Position) -> tuple[Page, Position]:
        """Answer a page that was read whole, and where the run goes after it."""
        while True:
            try:
                body = self.fetcher.fetch(self.pager.ask(target, position))
                break
            except Fault as fault:
                less = narrowed(position) if fault.code is FaultCode.ANSWER_TOO_LARGE else None
                if less is None:
                    raise
                position = less
        page = self.pager.read(body, position)
        check(page, position, self.pager)
        return page, after(position, page, self.pager)

    def _batches(self, page: Page, number: int, position: Position) -> Iterator[Batch]:
        records = iter(page.records)
        left = page.count
        while left > _BATCH:
            yield Batch(list(islice(records, _BATCH)), number, None)
            number += _BATCH
            left -= _BATCH
        yield Batch(list(records), number, position)

    def _arrival(self, receipt_id: UUID, record: bytes, number: int) -> Arrival:
        now = self.clock()
        request = RawRequest(self.spoken.name, RECORD, b"", record, now, source=Source.PULL)
        return Arrival(
            receipt_id=receipt_id,
            partner_id=self.pull.partner_id,
            request=request,
            said=formats.read_or_refuse(request, self.spoken),
            transport_id=self._transport_id(record),
            format_version=self.spoken.version,
            origin=Origin(self.pull.pull_id, number),
        )

    def _transport_id(self, record: bytes) -> str:
        """Name a record by its content: in the overlap it comes again and again.

        Then it is answered by its first receipt. Read by another version of the profile, it is new.
        """
        content = hashlib.sha256(self.spoken.version.encode() + b"\n" + record)
        return f"{self.spoken.name}:{content.hexdigest()[:40]}"
