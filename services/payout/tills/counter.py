"""The counter, where all tills of a process meet: who waits for a commit shares the next one."""

from collections.abc import Sequence

from psycopg.errors import UniqueViolation
from sqlalchemy import Engine

from services.payout.store import tills
from services.payout.store.tills import Redemption, Wanted
from services.payout.tills.guessing import MOST_WRONG, WITHIN
from shared.batches import Batches

_ONE_A_RECEIPT = "redemptions_one_a_receipt"


class Counter:
    """Redeems what many tills ask for together."""

    def __init__(self, engine: Engine) -> None:
        # A batch is one statement, which is one transaction: nothing to begin or commit.
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._batches = Batches("counter", self._redeem)

    def redeem(self, wanted: Wanted) -> Redemption | None:
        """Redeem a certificate; None when anything at all stands against it. Raises NotInTime."""
        return self._batches.ask(wanted)

    def _redeem(self, asked: Sequence[Wanted]) -> list[Redemption | None]:
        try:
            with self._engine.begin() as connection:
                done = tills.redeem(connection, asked, MOST_WRONG, WITHIN)
        except UniqueViolation as fault:
            if len(asked) > 1 or fault.diag.constraint_name != _ONE_A_RECEIPT:
                raise  # of several one is at fault: each is done alone
            return [None]
        return [done.get(one.redemption_id) for one in asked]
