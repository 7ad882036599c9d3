"""Claims as this service hears of them, and the job that records the accepted ones."""

import itertools
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from services.partner_postback.click_id import ClickIds
from services.partner_postback.consumer import GROUP, SUBSCRIPTIONS
from services.partner_postback.work.claims import AcceptedClaims
from shared import contracts
from shared.apply import Applier
from shared.events import Event
from shared.parked import Message
from shared.schemas import rfc3339
from tests.integration.partner_postback.partner import CLICK_KEY, MEMBER, Desk, Partner


@dataclass
class Claims:
    """What bonus_status says of claims in one test."""

    desk: Desk
    offsets: Any = field(default_factory=lambda: itertools.count(secrets.randbelow(10**9) * 1_000))
    versions: dict[str, int] = field(default_factory=dict)

    def claim(self, partner: Partner, **changes: Any) -> dict[str, Any]:
        """A claim of an order of ten days ago that was never reported, upon a click before it."""
        return {
            "claim_id": str(uuid4()),
            "member_id": str(MEMBER),
            "store_id": self.desk.store_id,
            "click_id": partner.click(days=10, hours=1),
            "bonus_id": None,
            "order_id": f"C-{uuid4()}",
            "ordered_at": rfc3339(self.desk.clock() - timedelta(days=10)),
            "amount_minor": 109_900,
            "currency": "RUB",
            "opened_by": "member",
            "state": "opened",
            "accepted_minor": None,
            "partner_by": None,
            "reason": None,
            **changes,
        }

    def hear(self, claim: dict[str, Any], *, again: bool = False) -> None:
        """Apply the claim's next event; `again`: its last one once more."""
        contracts.check("claim.changed", claim)
        claim_id = claim["claim_id"]
        version = self.versions[claim_id] = self.versions.get(claim_id, 0) + (not again)
        event = Event(
            "claims", claim_id, "claim.changed", claim_id, version, self.desk.clock(), claim
        )
        message = Message("claims", 0, next(self.offsets), claim_id.encode(), event.encode())
        Applier(self.desk.engine, GROUP, SUBSCRIPTIONS, self.desk.clock).apply([message])

    def sent(self, partner: Partner, **changes: Any) -> dict[str, Any]:
        """A claim that was opened and sent to the partner."""
        claim = self.claim(partner, **changes)
        self.hear(claim)
        claim |= {
            "state": "sent",
            "partner_by": rfc3339(self.desk.clock() + timedelta(days=30)),
        }
        self.hear(claim)
        return claim

    def accepted(
        self, partner: Partner, *, accepted_minor: int | None = None, **changes: Any
    ) -> dict[str, Any]:
        """A claim that was sent, answered and accepted, and then recorded."""
        claim = self.sent(partner, **changes)
        self.hear(claim | {"state": "answered"})
        claim |= {"state": "accepted", "accepted_minor": accepted_minor, "reason": "It fits."}
        self.hear(claim)
        self.record()
        return claim

    def record(self) -> None:
        """Let the job record what was accepted."""
        job = AcceptedClaims(self.desk.engine, ClickIds([CLICK_KEY]), self.desk.clock)
        while job.work():
            pass

    def receipts(self, claim: dict[str, Any]) -> list[dict[str, Any]]:
        """The receipts of a claim, by its id as the transport id."""
        query = "SELECT * FROM receipts WHERE transport_id = :claim_id AND source = 'claim'"
        with self.desk.engine.connect() as connection:
            rows = connection.execute(text(query), {"claim_id": claim["claim_id"]}).mappings()
            return [dict(row) for row in rows]

    def answers(self, claim: dict[str, Any]) -> list[dict[str, Any]]:
        """What this service said of answers to a claim."""
        query = """
            SELECT (message::json) AS event FROM event_log
            WHERE topic = 'claim-answers' AND aggregate_id = :claim_id
        """
        with self.desk.engine.connect() as connection:
            rows = connection.scalars(text(query), {"claim_id": claim["claim_id"]})
            return [row["data"] for row in rows]
