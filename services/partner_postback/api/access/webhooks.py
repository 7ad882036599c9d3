"""Webhooks: where a partner wants to be told, what was sent there, and sending it once more."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from services.partner_postback.api.access.reader import Reader
from services.partner_postback.api.access.settings import (
    DeliveryListSchema,
    DeliveryQuerySchema,
    DeliverySchema,
    KnownWebhookSchema,
    WebhookSchema,
)
from services.partner_postback.partners import give_secret
from services.partner_postback.store import partners as partner_queries
from services.partner_postback.store.access import webhooks as webhook_queries
from services.partner_postback.webhooks.endpoint import WrongUrl, check_url
from shared.clock import Clock
from shared.web import Blueprint

_ROUTE = "/partners/<partner_id>/webhook"


class NoWebhook(Exception):
    """The partner asked to be told nothing."""

    code = "no_webhook"

    def __init__(self, partner_id: str) -> None:
        super().__init__(f"{partner_id} has no webhook; PUT one.")


class WebhookOff(Exception):
    """Nothing is sent to a webhook that is off."""

    code = "webhook_off"

    def __init__(self, partner_id: str) -> None:
        super().__init__(f"The webhook of {partner_id} is off, or there is none: PUT it first.")


class UnknownDelivery(Exception):
    """There is no such delivery, or it is another partner's."""

    code = "unknown_delivery"

    def __init__(self, delivery_id: str) -> None:
        super().__init__(f"There is no delivery {delivery_id[:64]!r} that you may see.")


def blueprint(engine: Engine, reader: Reader, *, to_private: bool) -> Blueprint:
    """Build the routes of webhooks."""
    webhooks = Blueprint("webhooks", __name__, description="What partners are told, on request.")

    @webhooks.put(_ROUTE)
    @webhooks.arguments(WebhookSchema)
    @webhooks.response(200, KnownWebhookSchema)
    @webhooks.alt_response(201, schema=KnownWebhookSchema, description="with its new secret")
    def put_webhook(sent: dict[str, Any], partner_id: str) -> object:
        """Set where a partner is told, and what; it is on from now."""
        reader.partners_own(partner_id)
        check_url(sent["url"], to_private=to_private)
        now = reader.clock()
        with engine.begin() as connection:
            webhook_queries.put_endpoint(connection, partner_id, sent["url"], sent["events"], now)
            given = _secret_of_new(connection, partner_id, reader.clock)
            shown = {**_endpoint(connection, partner_id), **given}
        reader.directory.forget()
        return shown, 201 if given else 200

    @webhooks.get(_ROUTE)
    @webhooks.response(200, KnownWebhookSchema)
    def read_webhook(partner_id: str) -> object:
        """Read where a partner is told, and what; the secret is never shown again."""
        reader.partners_own(partner_id)
        with engine.connect() as connection:
            return _endpoint(connection, partner_id)

    @webhooks.delete(_ROUTE)
    @webhooks.response(204)
    def remove_webhook(partner_id: str) -> None:
        """Tell a partner nothing any more; what waits is given up."""
        reader.partners_own(partner_id)
        with engine.begin() as connection:
            if not webhook_queries.remove_endpoint(connection, partner_id, reader.clock()):
                raise NoWebhook(partner_id)

    @webhooks.get("/webhooks/deliveries")
    @webhooks.arguments(DeliveryQuerySchema, location="query")
    @webhooks.response(200, DeliveryListSchema)
    def list_deliveries(asked: dict[str, Any]) -> object:
        """List what a partner was told, or is to be told, newest first."""
        partner_id = reader.readable(asked.pop("partner_id"))
        with engine.connect() as connection:
            rows = webhook_queries.deliveries(connection, {**asked, "partner_id": partner_id})
        is_full = len(rows) == asked["limit"]
        return {"data": rows, "next": rows[-1]["delivery_id"] if is_full else None}

    @webhooks.post("/webhooks/deliveries/<delivery_id>/redeliver")
    @webhooks.response(200, DeliverySchema)
    def redeliver(delivery_id: str) -> object:
        """Send a message once more, from the first try on, under the same webhook-id."""
        own = reader.own_or_clerk()
        with engine.begin() as connection:
            row = webhook_queries.redeliver(connection, delivery_id, own, reader.clock())
            if row is None:
                raise UnknownDelivery(delivery_id)
            endpoint = webhook_queries.endpoint(connection, row["partner_id"])
            if endpoint is None or endpoint["disabled_at"] is not None:
                raise WebhookOff(row["partner_id"])
        return row

    return webhooks


def _endpoint(connection: Connection, partner_id: str) -> dict[str, Any]:
    row = webhook_queries.endpoint(connection, partner_id)
    if row is None:
        raise NoWebhook(partner_id)
    return dict(row)


def _secret_of_new(connection: Connection, partner_id: str, clock: Clock) -> dict[str, str]:
    """Give a signing secret to a partner that has none for its webhook."""
    valid = partner_queries.valid_secrets(connection, partner_id, clock())
    if any(one["kind"] == "webhook" for one in valid):
        return {}
    given = give_secret(connection, partner_id, "webhook", overlap=timedelta(0), now=clock())
    return {"secret": given}


REFUSALS: dict[type[Exception], int] = {
    WrongUrl: 422,
    NoWebhook: 404,
    UnknownDelivery: 404,
    WebhookOff: 409,
}
