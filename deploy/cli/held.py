"""`cashback held`: what partners reported that waits, released or refused with a reason."""

from collections.abc import Mapping
from typing import Any

import click

from deploy import target
from deploy.cli.asking import (
    answered,
    as_json,
    by_clerk,
    first,
    harmless,
    print_json,
    to_the_second,
    with_reason,
)

_MOST = 500


@click.group()
def held() -> None:
    """Look after what is held."""


@held.command("list")
@click.option("--code", help="Only what is held by this: click_too_old, suspected_fraud, …")
@click.option("--partner", "partner_id", metavar="ID", help="Only of this partner.")
@as_json
def list_them(code: str | None, partner_id: str | None, *, wants_json: bool) -> None:
    """List what is held: the 500 that wait longest.

    Each is decided again by itself when what it waits for has come. `!` marks what no clerk can
    release; --json says what to do instead.
    """
    asked = {"code": code, "partner_id": partner_id}
    found = first(_MOST, target.find().clerk("partner_postback"), "/held", asked)
    if wants_json:
        print_json(found)
    elif found:
        click.echo("\n".join(_line(one) for one in found))
    else:
        click.echo("Nothing is held.")


@held.command()
@click.argument("receipt_id", metavar="ID", type=click.UUID)
@by_clerk
@with_reason
@as_json
def release(receipt_id: object, clerk: str, reason: str, *, wants_json: bool) -> None:
    """Let receipt ID pass the reason that holds it."""
    _show(_decided(receipt_id, "release", clerk, reason), wants_json=wants_json)


@held.command()
@click.argument("receipt_id", metavar="ID", type=click.UUID)
@by_clerk
@with_reason
@as_json
def refuse(receipt_id: object, clerk: str, reason: str, *, wants_json: bool) -> None:
    """Refuse receipt ID for good; its partner reads the reason."""
    _show(_decided(receipt_id, "refuse", clerk, reason), wants_json=wants_json)


def _decided(receipt_id: object, how: str, clerk: str, reason: str) -> dict[str, Any]:
    desk = target.find().clerk("partner_postback")
    said = {"clerk": clerk, "reason": reason}
    told: dict[str, Any] = answered(desk.post(f"/held/{receipt_id}/{how}", json=said))
    return told


def _show(told: Mapping[str, Any], *, wants_json: bool) -> None:
    if wants_json:
        print_json(told)
    else:
        click.echo(f"{told['verdict']}: {told['code']}. {told['detail']}")


def _line(one: Mapping[str, Any]) -> str:
    """Lay it out without a frame: its id is there to be copied."""
    since = to_the_second(one["since"])
    mark = " " if one["can_release"] else "!"
    rule = f" ({one['rule']})" if one["rule"] else ""
    what = f"{one['partner_id']} {one['order_id']} {one['line_id'] or 'whole order'}"
    line = f"{one['receipt_id']} {mark} {since}  {what}{_sum(one)}  {one['code']}{rule}"
    return harmless(line)


def _sum(one: Mapping[str, Any]) -> str:
    amount = one["amount"]
    if amount is None:
        return f" {one['amount_text']}" if one["amount_text"] else ""
    return f" {amount['amount_minor']} {amount['currency']} (minor units)"
