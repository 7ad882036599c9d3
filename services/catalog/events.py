"""What the catalogue says: a store as it is now, with all that it pays, paid and will pay."""

from dataclasses import asdict
from datetime import datetime

from services.catalog.domain import Kept
from shared.events import Event
from shared.schemas import rfc3339

TOPIC = "stores"
STORE_CHANGED = "store.changed"


def store_changed(kept: Kept, now: datetime) -> Event:
    """Build the snapshot that replaces what listeners knew of this store."""
    store = kept.store
    return Event(
        topic=TOPIC,
        key=store.store_id,
        type=STORE_CHANGED,
        aggregate_id=store.store_id,
        version=kept.version,
        occurred_at=now,
        data={
            "store_id": store.store_id,
            "number": kept.number,
            "name": store.name,
            "partner_id": store.partner_id,
            "group": store.group,
            "subgroup": store.subgroup,
            "status": str(store.status),
            "tracking_url": store.tracking_url,
            "deep_link_hosts": list(store.deep_link_hosts),
            "attribution_days": store.attribution_days,
            "confirmation_days": store.confirmation_days,
            "order_cap_rubles": store.order_cap_rubles,
            "terms": [
                {
                    "terms_id": str(segment.terms_id),
                    "valid_from": rfc3339(segment.valid_from),
                    "valid_to": None if segment.valid_to is None else rfc3339(segment.valid_to),
                    "rates": [asdict(rate) for rate in segment.rates],
                }
                for segment in store.timeline()
            ],
        },
    )
