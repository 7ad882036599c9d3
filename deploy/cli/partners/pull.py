"""`cashback partners pull`: what is fetched from networks, and how it stands."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from deploy import target
from deploy.cli import yaml_file
from deploy.cli.asking import answered, as_json, harmless, print_json, to_the_second
from deploy.words import counted


@click.group()
def pull() -> None:
    """List and set pulls, run one now, let one rest."""


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
        click.echo(
            "Nothing is pulled: cashback partners pull set PARTNER KIND FILE sets a pull up."
        )


@pull.command("set")
@click.argument("partner")
@click.argument("kind")
@yaml_file.file_argument
@as_json
def set_it(partner: str, kind: str, file: Path, *, wants_json: bool) -> None:
    """Set up what is fetched for PARTNER, from a YAML file.

    Or change it; it runs at once. KIND is admitad_statistics, admitad_revision_xml, … : a wrong one
    is answered by all there are, and a setting that its kind lacks by its name. What FILE leaves
    out is as in a new pull, but for the credentials: those that are kept stay, unless it is another
    server. They stand in FILE, never on the command line. FILE, for example:

    \b
    base_url: https://api.awin.com
    settings: {publisher_id: "12345"}
    credentials: {token: the-secret}
    every_seconds: 3600
    overlap_seconds: 86400             # a run begins so long before the end of the last one
    since: 2026-11-01T00:00:00+03:00   # read again from then on; left out: go on
    """  # noqa: D301 - click's mark of lines to leave alone
    clerk = target.find().clerk("partner_postback")
    kept = answered(clerk.call("PUT", f"/pulls/{partner}/{kind}", json=yaml_file.read(file)))
    if wants_json:
        print_json(kept)
    else:
        click.echo(_line(kept))


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
