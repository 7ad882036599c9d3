"""A body as its partner signs it, for routes beside the one that takes it in."""

import json
from uuid import uuid4

from services.partner_postback.formats.signature import sign
from shared.clock import Clock


def signed_headers(
    secret: str, clock: Clock, body: object, webhook_id: str = ""
) -> tuple[bytes, dict[str, str]]:
    """The raw bytes of a body, and the headers that prove who sent it."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    webhook_id = webhook_id or f"msg_{uuid4()}"
    timestamp = int(clock().timestamp())
    return raw, {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(secret, webhook_id, timestamp, raw),
        "content-type": "application/json",
    }
