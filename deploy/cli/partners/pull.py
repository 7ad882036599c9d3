"""`cashback partners pull`: what is fetched from networks, and how it stands."""

from collections.abc import Mapping
from typing import Any

import click

from deploy import target
from deploy.cli.asking import answered, as_json, harmless, print_json, to_the_second
from deploy.words import counted


@click.group()
def pull() -> None:
    """List pulls, run one now, let one rest."""


@pull.command("list")
@as_json
def list_them(*, wants_json: bool) -> None:
    """List every pull and how it stands."""
    found = answered(target.find().clerk("partner_postback").get("/pulls"))["data"]
    if wants_json:
        print_json(found)
    elif found:
        click.echo("\n".join(_line(one) for one in found))
    else:
        click.echo("Nothing is pulled. PUT /pulls/PARTNER/KIND sets a pull up.")


@pull.command()
@click.argument("partner")
@click.argument("kind")
def run(partner: str, kind: str) -> None:
    """Run a pull now.

    Whether it waits, fails or rests. `cashback partners pull list` tells how it goes.
    """
    _post(partner, kind, "run")
    click.echo(f"{kind} of {partner} runs now.")


@pull.command()
@click.argument("partner")
@click.argument("kind")
def pause(partner: str, kind: str) -> None:
    """Let a pull rest until it is run."""
    _post(partner, kind, "pause")
    click.echo(f"{kind} of {partner} rests.")


def _post(partner: str, kind: str, what: str) -> None:
    answered(target.find().clerk("partner_postback").post(f"/pulls/{partner}/{kind}/{what}"))


def _line(one: Mapping[str, Any]) -> str:
    up_to = to_the_second(one["cursor"]["since"])
    read = f"{counted(one['records'], 'record')}, read up to {up_to}"
    paused = one["state"] == "paused"
    then = "" if paused else f", next {to_the_second(one['next_at'])}"
    fault = f"\n  {one['last_error']}" if one["last_error"] else ""
    return harmless(f"{one['partner_id']} {one['kind']}  {one['state']}: {read}{then}{fault}")
