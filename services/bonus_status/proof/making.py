"""Makes proofs: gathers what is known here and by the neighbours, in that order, and signs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from services.bonus_status.proof.document import Gathered, document
from services.bonus_status.proof.neighbours import Neighbours
from services.bonus_status.schemas import ClickView
from services.bonus_status.store import anchors, history, proof
from shared.clock import Clock
from shared.signed import Signer


@dataclass(frozen=True, slots=True)
class Prover:
    """What making a proof needs."""

    engine: Engine
    neighbours: Neighbours
    signer: Signer
    clock: Clock

    def prove(self, bonus_id: UUID, member_id: str | None = None) -> dict[str, Any] | None:
        """Answer a bonus's proof, signed; None where there is none, or not of that member."""
        options = {"isolation_level": "REPEATABLE READ"}
        with self.engine.connect().execution_options(**options) as connection:
            told = history.one(connection, bonus_id)
            if told is None or member_id not in {None, told.bonus.member_id}:
                return None
            trail = proof.trail(connection, told.bonus)
            anchor = next(iter(anchors.newest(connection, 1)), None)
        # No transaction is open while others are asked.
        conversion_id = told.bonus.conversion_id
        purchase = {} if conversion_id is None else self.neighbours.purchase(conversion_id)
        payouts = {one.payout_id: self.neighbours.top_up(one.payout_id) for one in trail.shares}
        gathered = Gathered(told, trail, purchase, self._click(purchase), payouts, anchor)
        return self.signer.envelope("proof", document(gathered, self.clock()))

    def _click(self, purchase: Mapping[str, Any]) -> ClickView | None:
        if "click_id" not in purchase:
            return None
        with self.engine.connect() as connection:
            return proof.click(connection, str(purchase["click_id"]))
