"""What a partner does about its webhook, and a sender that a test sends with."""

from typing import Any

from services.partner_postback.partners import Directory
from services.partner_postback.webhooks.call import Caller
from services.partner_postback.work.webhooks import WebhookSender
from tests.integration.partner_postback.partner import Desk, Partner

ALL = ["conversion.changed", "receipt.decided"]


def sender(desk: Desk) -> WebhookSender:
    return WebhookSender(desk.engine, Directory(desk.engine), Caller(to_private=True), desk.clock)


def send_all(desk: Desk) -> None:
    while sender(desk).work():
        pass


def listen(partner: Partner, url: str, events: list[str] | None = None) -> dict[str, Any]:
    """Set the webhook as the partner itself; answers what it was shown."""
    answer = partner.client.put(
        f"/partners/{partner.partner_id}/webhook",
        json={"url": url, "events": events or ALL},
        headers={"Authorization": f"Bearer {partner.key}"},
    )
    assert answer.status_code in {200, 201}, answer.json
    return dict(answer.json or {})


def deliveries(partner: Partner, **asked: str) -> list[dict[str, Any]]:
    listed = partner.read("/webhooks/deliveries", **asked).json
    assert listed
    return list(listed["data"])


def redeliver(partner: Partner, delivery_id: str) -> int:
    bearer = {"Authorization": f"Bearer {partner.key}"}
    path = f"/webhooks/deliveries/{delivery_id}/redeliver"
    return partner.client.post(path, headers=bearer).status_code
