"""What this service says of claims, on the topic `claims`: each event is the whole claim."""

from services.bonus_status.claims.domain import Claim
from shared.events import Event
from shared.schemas import rfc3339

TOPIC = "claims"


def claim_changed(claim: Claim) -> Event:
    """Say how a claim stands now; what the partner and the clerks wrote stays here."""
    data = {
        "claim_id": claim.claim_id,
        "member_id": claim.member_id,
        "store_id": claim.store_id,
        "click_id": claim.click_id,
        "bonus_id": claim.bonus_id,
        "order_id": claim.order_id,
        "ordered_at": rfc3339(claim.ordered_at),
        "amount_minor": claim.amount_minor,
        "currency": claim.currency,
        "opened_by": claim.opened_by.value,
        "state": claim.state.value,
        "accepted_minor": claim.accepted_minor,
        "partner_by": None if claim.partner_by is None else rfc3339(claim.partner_by),
        "reason": claim.reason,
    }
    claim_id = claim.claim_id
    return Event(TOPIC, claim_id, "claim.changed", claim_id, claim.version, claim.changed_at, data)
