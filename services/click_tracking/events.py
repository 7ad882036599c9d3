"""The event this service says: a member clicked through to a store."""

from datetime import UTC, datetime
from uuid import UUID, uuid5

from services.click_tracking.journal.frames import Click
from shared import contracts
from shared.events import Event
from shared.schemas import rfc3339

TOPIC = "clicks"
CLICK_RECORDED = "click.recorded"
SAYS = {TOPIC: (CLICK_RECORDED,)}

# A click that is shipped twice is the same event twice: its event id follows from the click id.
_NAMESPACE = UUID("6c0c7a0e-9f0b-4d55-8f2e-1d1c0a5f3b77")


def click_recorded(click: Click) -> Event:
    """Build the event of a click; raises ContractBroken."""
    clicked_at = datetime.fromtimestamp(click.clicked_at_ms / 1000, UTC)
    data = {
        "click_id": click.click_id,
        "member_id": click.member_id,
        "store_id": click.store_id,
        "clicked_at": rfc3339(clicked_at),
        "deep_link": click.deep_link,
        "repeat": click.repeat,
    }
    contracts.check(CLICK_RECORDED, data)
    return Event(
        topic=TOPIC,
        key=click.click_id,
        type=CLICK_RECORDED,
        aggregate_id=click.click_id,
        version=1,
        occurred_at=clicked_at,
        data=data,
        event_id=uuid5(_NAMESPACE, click.click_id),
    )
