"""Standard Webhooks, the sender's side: `v1,` and the HMAC-SHA256 of id, timestamp and body."""

import base64
import hashlib
import hmac
from datetime import datetime

_PREFIX = "whsec_"


def sign(secret: str, delivery_id: str, sent_at: datetime, body: bytes) -> dict[str, str]:
    """Answer the three headers; the secret is `whsec_` and base64, as partners get it."""
    timestamp = str(int(sent_at.timestamp()))
    content = f"{delivery_id}.{timestamp}.".encode() + body
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    proof = base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{proof}",
    }
