"""Makes proofs at a desk; the neighbours are where the test says, or nowhere."""

from services.bonus_status.proof import neighbours
from services.bonus_status.proof.making import Prover
from shared.signed import Signer
from tests.integration.bonus_status.desk import Desk

SEED = bytes(range(32))
NOWHERE = "http://127.0.0.1:1"


def prover_of(desk: Desk, partner_postback: str = NOWHERE, payout: str = NOWHERE) -> Prover:
    """What the web process would make, with a key of the tests."""
    others = neighbours.connect(partner_postback, payout, "service")
    return Prover(desk.engine, others, Signer([SEED]), desk.clock)
