"""The counter, where all tills of a process meet: who waits for a commit shares the next one.

It lives in the event loop that answers the tills. While a statement is under way those who ask
gather; the next takes them all, and each is answered only after it. So a hundred tills cost one
commit, and no thread is waited for.
"""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

import psycopg
import structlog

from services.payout.store import tills
from services.payout.store.tills import Redemption, Wanted
from services.payout.tills.guessing import MOST_WRONG, WITHIN
from shared.database import connect_in_loop

log = structlog.get_logger()
# So many that PostgreSQL works well, and so few that the loop has something to do meanwhile.
_MOST_IN_A_BATCH = 50
# Its certificate is held by somebody else: the neighbours need not wait for that.
_NO_LONG_LOCKS = "-c lock_timeout=500ms"
# A server that says nothing for so long may be gone without a word.
_LONGEST_SECONDS = 3.0

Connection = psycopg.AsyncConnection[tuple[object, ...]]
Waiting = tuple[Wanted, asyncio.Future[Redemption | None]]


class Counter:
    """Redeems what many tills ask for together, on a connection of its own."""

    def __init__(self, url: str) -> None:
        """Take where the database is; nothing is connected before the first till asks."""
        self._url = url
        self._connection: Connection | None = None
        self._waiting: list[Waiting] = []
        self._work: asyncio.Task[None] | None = None
        self._left: set[asyncio.Task[None]] = set()

    async def redeem(self, wanted: Wanted) -> Redemption | None:
        """Redeem a certificate; None when anything at all stands against it.

        That may be a neighbour's receipt or a database that is away: ask again alone.
        """
        answer: asyncio.Future[Redemption | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((wanted, answer))
        if self._work is None:
            self._begin()
        return await answer

    async def close(self) -> None:
        """Close the connection; who asks later has a new one made."""
        if self._connection is not None:
            await self._connection.close()

    def _begin(self) -> None:
        self._work = asyncio.get_running_loop().create_task(self._work_off())

    async def _work_off(self) -> None:
        connection, self._connection = self._connection, None
        work, loop = self._work, asyncio.get_running_loop()
        while self._waiting and self._work is work:
            batch = self._waiting[:_MOST_IN_A_BATCH]
            del self._waiting[:_MOST_IN_A_BATCH]
            leaving = loop.call_later(_LONGEST_SECONDS, self._leave, batch)
            try:
                if connection is None or connection.closed:
                    connection = await connect_in_loop(self._url, _NO_LONG_LOCKS)
                asked = [wanted for wanted, _ in batch]
                done = await tills.redeem_together(connection, asked, MOST_WRONG, WITHIN)
            except Exception as fault:  # noqa: BLE001 - each meets it again alone, and is told
                log.warning("counter.not_together", tills=len(batch), fault=str(fault)[:300])
                done = {}
            leaving.cancel()
            _answer(batch, done)
        if self._work is work:
            self._work, self._connection = None, connection
        elif connection is not None:
            await connection.close()

    def _leave(self, batch: Sequence[Waiting]) -> None:
        """Leave a batch, and the connection that says nothing of it, to their fate.

        Whether it was committed is seen by those who ask again. It is not cancelled: psycopg would
        wait for the server's word on that, too.
        """
        log.warning("counter.silent_server", tills=len(batch))
        if self._work is not None:
            self._left.add(self._work)
            self._work.add_done_callback(self._left.discard)
        _answer(batch, {})
        self._begin()


def _answer(batch: Sequence[Waiting], done: Mapping[UUID, Redemption]) -> None:
    for wanted, answer in batch:
        if not answer.done():  # else its till hung up, or asks alone by now
            answer.set_result(done.get(wanted.redemption_id))
