"""A partner that signs its own postbacks (Standard Webhooks), for what no shop does by itself."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests

from deploy.demo.calls import call
from deploy.target import Target
from shared.http_client import HttpClient


@dataclass(frozen=True, slots=True)
class Partner:
    """A company with its signing secret and its key."""

    system: Target
    partner_id: str
    secret: str
    key: str

    def says(self, message: dict[str, Any], *, secret: str | None = None) -> requests.Response:
        """Send one signed postback; with another secret the signature is forged."""
        body = json.dumps(message).encode()
        headers = _signed(secret or self.secret, body)
        return call(
            HttpClient(self.system.urls["partner_postback"]),
            "POST",
            f"/postbacks/{self.partner_id}",
            data=body,
            headers={"Content-Type": "application/json", **headers},
        )


def message(  # noqa: PLR0913 - the fields of the format
    order_id: str,
    status: str,
    click_id: str,
    amount_minor: int,
    *,
    ordered_at: datetime,
    status_at: datetime,
) -> dict[str, Any]:
    """Build what a partner says of an order of one line."""
    return {
        "order_id": order_id,
        "line_id": "1",
        "action": "sale",
        "click_id": click_id,
        "status": status,
        "amount": {"amount_minor": amount_minor, "currency": "RUB"},
        "category": None,
        "ordered_at": moment(ordered_at),
        "status_at": moment(status_at),
        "reason": None,
    }


def moment(when: datetime) -> str:
    """Write a moment as the format wants it."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def some_secret() -> str:
    """Make up a secret that nobody gave out."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _signed(secret: str, body: bytes) -> dict[str, str]:
    webhook_id, timestamp = f"msg_{secrets.token_hex(12)}", str(int(time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    proof = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{proof}",
    }
