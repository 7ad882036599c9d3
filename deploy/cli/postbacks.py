"""`cashback postbacks`: what partners sent, and what became of it."""

import json
from collections.abc import Mapping

import click

from deploy import target
from deploy.cli.asking import answered, as_json, first, print_facts, print_json, to_the_second

_VERDICTS = ("accepted", "duplicate", "held", "refused")
_FACTS = {
    "verdict": "verdict",
    "code": "code",
    "detail": "detail",
    "field": "field",
    "received_at": "received",
    "partner_id": "partner",
    "format": "format",
    "method": "method",
    "transport_id": "webhook-id",
    "conversion_id": "conversion",
}
_MOST = 500


@click.group()
def postbacks() -> None:
    """Look at what partners sent."""


@postbacks.command("list")
@click.option("--verdict", type=click.Choice(_VERDICTS), help="Only these.")
@click.option("--partner", "partner_id", metavar="ID", help="Only of this partner.")
@as_json
def list_them(verdict: str | None, partner_id: str | None, *, wants_json: bool) -> None:
    """List receipts: the newest 500.

    Each with its verdict and code; `cashback postbacks receipt ID` shows the rest. What is held is
    decided again when its cause is gone, or waits for a clerk.
    """
    asked = {"verdict": verdict, "partner_id": partner_id}
    found = first(_MOST, target.find().clerk("partner_postback"), "/receipts", asked)
    if wants_json:
        print_json(found)
    elif found:
        click.echo("\n".join(_line(one) for one in found))
    else:
        click.echo("No receipt is like that." if verdict or partner_id else "There is no receipt.")


@postbacks.command()
@click.argument("receipt_id", type=click.UUID)
@as_json
def receipt(receipt_id: object, *, wants_json: bool) -> None:
    """Show a receipt: its verdict, and the request as it came."""
    shown = answered(target.find().clerk("partner_postback").get(f"/receipts/{receipt_id}"))
    if wants_json:
        print_json(shown)
        return
    facts = {says: shown[name] for name, says in _FACTS.items() if shown[name] is not None}
    if shown["request"]["query"]:
        facts["query"] = shown["request"]["query"]
    print_facts(f"Receipt {receipt_id}", facts)
    click.echo(_body(shown["request"]))


def _line(one: Mapping[str, str]) -> str:
    """Lay a receipt out without a frame: its id is there to be copied."""
    when = to_the_second(one["received_at"])
    return f"{one['receipt_id']}  {when}  {one['partner_id']}  {one['verdict']}: {one['code']}"


def _body(request: Mapping[str, str]) -> str:
    """Lay the body out as JSON where it is JSON; bytes that are no text stay as base64."""
    text = request["body"]
    if not text:
        return request["body_base64"] and f"base64: {request['body_base64']}"
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text
