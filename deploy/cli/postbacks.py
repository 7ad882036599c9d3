"""`cashback postbacks`: what became of a partner's request."""

import click

from deploy import target
from deploy.cli.asking import answered, as_json, print_facts, print_json


@click.group()
def postbacks() -> None:
    """Look at what partners sent."""


@postbacks.command()
@click.argument("receipt_id")
@as_json
def receipt(receipt_id: str, *, wants_json: bool) -> None:
    """Show a receipt: the verdict with its reason, and the request as it came."""
    shown = answered(target.find().clerk("partner_postback").get(f"/receipts/{receipt_id}"))
    if wants_json:
        print_json(shown)
    else:
        print_facts(f"Receipt {receipt_id}", shown)
