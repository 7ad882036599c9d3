"""The micro-batch writer: requests that wait for a commit share the next one (see Batches)."""

from collections.abc import Callable, Sequence

from prometheus_client import Counter, Histogram
from sqlalchemy import Connection, Engine

from services.partner_postback.store.batches import RACES
from services.partner_postback.verdicts import Arrival, Outcome
from shared.batches import Batches, NotInTime

BATCHES = Histogram("postback_batch", "Requests in a commit.", buckets=(1, 2, 5, 10, 20, 50, 100))
VERDICTS = Counter("postbacks", "Requests by format and verdict.", ["format", "verdict", "code"])

Record = Callable[[Connection, Sequence[Arrival]], list[Outcome]]

# While it is written a body is there some ten times: of the largest only four share a commit.
_LARGEST_BATCH_BYTES = 1024 * 1024
_MOST_TRIES = 5


class CannotKeep(Exception):
    """The request could not be made durable in time; it may be sent again without harm."""

    code = "try_again"
    retry_after_seconds = 1

    def __init__(self) -> None:
        super().__init__(
            "The message cannot be stored at this moment. Send it again a little later."
        )


class Writer:
    """Takes requests from many threads and commits them together."""

    def __init__(self, engine: Engine, record: Record) -> None:
        self._engine = engine
        self._record = record
        self._batches = Batches(
            "writer",
            self._commit,
            weigh=lambda arrival: len(arrival.request.body),
            heaviest=_LARGEST_BATCH_BYTES,
        )

    def keep(self, arrival: Arrival) -> Outcome:
        """Answer the verdict once it is committed; raises CannotKeep."""
        try:
            outcome = self._batches.ask(arrival)
        except NotInTime:
            raise CannotKeep from None
        VERDICTS.labels(arrival.request.format, outcome.verdict, outcome.code).inc()
        return outcome

    def _commit(self, arrivals: Sequence[Arrival]) -> list[Outcome]:
        BATCHES.observe(len(arrivals))
        for _ in range(_MOST_TRIES):
            try:
                with self._engine.begin() as connection:
                    return self._record(connection, arrivals)
            except RACES:
                continue
        raise CannotKeep
