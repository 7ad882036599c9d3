"""Partners' secrets of Standard Webhooks signatures, as they keep them: `whsec_` and base64."""

import base64
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from shared import webhooks
from shared.webhooks import Forged

__all__ = ["Forged", "Proof", "new_secret", "sign", "verify"]

SECRET_PREFIX = "whsec_"  # noqa: S105 - the public prefix of every secret
_SECRET_BYTES = 32


class Proof(StrEnum):
    """Which proof of a request failed, where it is no signature of the whole."""

    KEY_WRONG = "key_wrong"
    CHECKSUM_WRONG = "checksum_wrong"


def new_secret() -> str:
    """Answer a fresh signing secret, as partners keep it."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def sign(secret: str, webhook_id: str, timestamp: int, body: bytes) -> str:
    """Answer the signature of one message by one secret."""
    return webhooks.sign(_key(secret), webhook_id, timestamp, body)


def verify(headers: Mapping[str, str], body: bytes, known: Iterable[str], now: datetime) -> str:
    """Answer the id of a genuine message; `known`: the partner's valid secrets. Raises Forged."""
    return webhooks.verify(headers, body, map(_key, known), now)


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(SECRET_PREFIX))
