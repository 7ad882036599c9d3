"""`cashback partners webhooks`: where partners are told what changes, and what they were told."""

from collections.abc import Mapping
from typing import Any

import click

from deploy import target
from deploy.cli.asking import (
    answered,
    as_json,
    harmless,
    print_facts,
    print_json,
    to_the_second,
)
from deploy.words import counted

_EVENTS = ("conversion.changed", "receipt.decided", "claim.sent")
_STATES = ("waiting", "delivered", "given_up")
_FACTS = {
    "url": "url",
    "events": "events",
    "disabled_at": "switched off",
    "secret": "signing secret, shown this once",
}
_MOST = 100


@click.group()
def webhooks() -> None:
    """Look at what partners are told, or set where."""


@webhooks.command("list")
@click.argument("partner_id", metavar="PARTNER")
@click.option("--state", type=click.Choice(_STATES), help="Only these.")
@as_json
def list_them(partner_id: str, state: str | None, *, wants_json: bool) -> None:
    """List what a partner was told, or is to be told.

    The newest 100.
    """
    asked = {"partner_id": partner_id, "state": state, "limit": _MOST}
    clerk = target.find().clerk("partner_postback")
    found = answered(clerk.get("/webhooks/deliveries", params=asked))["data"]
    if wants_json:
        print_json(found)
    elif found:
        click.echo("\n".join(_line(one) for one in found))
    else:
        click.echo("No message is like that." if state else "It was told nothing yet.")


@webhooks.command("set")
@click.argument("partner_id", metavar="PARTNER")
@click.argument("url")
@click.option(
    "--event",
    "events",
    type=click.Choice(_EVENTS),
    multiple=True,
    default=_EVENTS,
    help="What it is told; may be repeated. Left out: everything.",
)
@as_json
def set_it(partner_id: str, url: str, events: tuple[str, ...], *, wants_json: bool) -> None:
    """Set where a partner is told what changes.

    The first time its signing secret is shown, once.
    """
    clerk = target.find().clerk("partner_postback")
    sent = {"url": url, "events": list(events)}
    kept = answered(clerk.call("PUT", f"/partners/{partner_id}/webhook", json=sent))
    if wants_json:
        print_json(kept)
        return
    shown = {**kept, "events": " ".join(kept["events"])}
    facts = {says: shown[name] for name, says in _FACTS.items() if shown.get(name)}
    print_facts(f"Webhook of {partner_id}", facts)


@webhooks.command()
@click.argument("delivery_id")
@as_json
def redeliver(delivery_id: str, *, wants_json: bool) -> None:
    """Send a message once more.

    From the first try on, under the same webhook-id: who has it already knows that.
    """
    clerk = target.find().clerk("partner_postback")
    told = answered(clerk.post(f"/webhooks/deliveries/{delivery_id}/redeliver"))
    if wants_json:
        print_json(told)
    else:
        click.echo(f"{delivery_id} is on its way again.")


def _line(one: Mapping[str, Any]) -> str:
    """Lay it out without a frame: its id is there to be copied."""
    tried = f"{one['state']}, {counted(one['attempts'], 'attempt')}"
    fault = f": {one['last_error']}" if one["last_error"] else ""
    made = to_the_second(one["made_at"])
    return harmless(f"{one['delivery_id']}  {made}  {one['type']}  {tried}{fault}")
