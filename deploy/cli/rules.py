"""`cashback rules`: what gives bonuses beside purchases, each change kept with who and why."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from deploy import target
from deploy.cli import yaml_file
from deploy.cli.asking import (
    answered,
    as_json,
    by_clerk,
    harmless,
    print_json,
    to_the_second,
    validity,
    with_reason,
)
from shared.http_client import HttpClient

# What could be read as a number of times.
_UNITS = {"most_a_member": " points"}
_rule_id = click.argument("rule_id", metavar="ID")


@click.group()
def rules() -> None:
    """Set what gives bonuses beside purchases.

    E-mail linked, profile filled, first purchase, invitations, promo codes, campaigns; and up to
    how much a clerk corrects alone.
    """


@rules.command("list")
@as_json
def list_them(*, wants_json: bool) -> None:
    """List the rules, on or off, and what each has given."""
    found = answered(_desk().get("/bonus-rules"))["data"]
    if wants_json:
        print_json(found)
    elif found:
        click.echo("\n".join(_line(one) for one in found))
    else:
        click.echo("There is no rule yet: cashback rules set ID FILE makes one.")


@rules.command()
@_rule_id
@as_json
def show(rule_id: str, *, wants_json: bool) -> None:
    """Show rule ID and its last 100 versions.

    Who set each of them, when and why.
    """
    _told(answered(_desk().get(f"/bonus-rules/{rule_id}")), wants_json=wants_json)


@rules.command("set")
@_rule_id
@yaml_file.file_argument
@by_clerk
@with_reason
@as_json
def set_it(rule_id: str, file: Path, clerk: str, reason: str, *, wants_json: bool) -> None:
    """Make rule ID, or a new version of it, from a YAML file.

    By it is given from now on; what was given stays. A rule is switched off by `is_on: false`. What
    the file leaves out is as in a new rule, not as it was before. FILE, for example:

    \b
    source: campaign
    sentence: Double in week 48.
    settings: {times: 2, stores: [booking]}
    total_cap: 100000        # points, for all members
    valid_from: 2026-11-23T00:00:00+03:00
    valid_until: 2026-11-30T00:00:00+03:00

    Or promo codes, which `cashback codes make` then makes; `most_a_member` are points too, by all
    codes of the rule, so that here a member uses two:

    \b
    source: promo_code
    sentence: For your code.
    settings: {amount: 250, most_a_member: 500}
    total_cap: 100000
    """  # noqa: D301 - click's mark of lines to leave alone
    sent = {**yaml_file.read(file), "clerk": clerk, "reason": reason}
    _told(
        answered(_desk().call("PUT", f"/bonus-rules/{rule_id}", json=sent)), wants_json=wants_json
    )


def _desk() -> HttpClient:
    return target.find().clerk("bonus_status")


def _told(rule: Mapping[str, Any], *, wants_json: bool) -> None:
    if wants_json:
        print_json(rule)
        return
    click.echo(f"{_line(rule)}\n  members read: {harmless(rule['sentence'])}")
    for one in rule["history"]:
        who = f"{to_the_second(one['set_at'])} by {one['clerk']}: {one['reason']}"
        click.echo(harmless(f"  version {one['version']}  {who}; {_says(one)}"))


def _line(one: Mapping[str, Any]) -> str:
    """Lay it out without a frame: its id is there to be copied."""
    granted = f"{one['granted']} granted"
    return harmless(f"{one['rule_id']} ({one['source']})  {_says(one)}; {granted}")


def _says(one: Mapping[str, Any]) -> str:
    switch = "on" if one["is_on"] else "off"
    figures = "".join(
        f", {name} {value}{_UNITS.get(name, '')}" for name, value in one["settings"].items()
    )
    return f"{switch}{figures}, at most {one['total_cap']} in all{validity(one)}"
