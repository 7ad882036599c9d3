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

Answer = asyncio.Future[Redemption | None]


class Counter:
    """Redeems what many tills ask for together, on a connection of its own."""

    def __init__(self, url: str) -> None:
        """Take where the database is; nothing is connected before the first till asks."""
        self._url = url
        self._connection: psycopg.AsyncConnection[tuple[object, ...]] | None = None
        self._waiting: list[tuple[Wanted, Answer]] = []
        self._work: asyncio.Task[None] | None = None

    async def redeem(self, wanted: Wanted) -> Redemption | None:
        """Redeem a certificate; None when anything at all stands against it.

        That may be a neighbour's receipt or a database that is away: ask again alone.
        """
        loop = asyncio.get_running_loop()
        answer: Answer = loop.create_future()
        self._waiting.append((wanted, answer))
        if self._work is None or self._work.done():
            self._work = loop.create_task(self._work_off())
        return await answer

    async def close(self) -> None:
        """Close the connection; who asks later has a new one made."""
        if self._connection is not None:
            await self._connection.close()

    async def _work_off(self) -> None:
        while self._waiting:
            batch = self._waiting[:_MOST_IN_A_BATCH]
            del self._waiting[:_MOST_IN_A_BATCH]
            done = await self._redeem([wanted for wanted, _ in batch])
            for wanted, answer in batch:
                if not answer.done():  # else its till hung up
                    answer.set_result(done.get(wanted.redemption_id))

    async def _redeem(self, asked: Sequence[Wanted]) -> Mapping[UUID, Redemption]:
        try:
            if self._connection is None or self._connection.closed:
                self._connection = await connect_in_loop(self._url)
            return await tills.redeem_together(self._connection, asked, MOST_WRONG, WITHIN)
        except Exception as fault:  # noqa: BLE001 - each meets it again alone, and is told
            log.warning("counter.not_together", tills=len(asked), fault=str(fault)[:300])
            return {}
