"""`cashback partners fraud`: rules that hold suspicious reports, and never refuse them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from deploy import target
from deploy.cli import yaml_file
from deploy.cli.asking import answered, as_json, harmless, print_json, to_the_second, validity


@click.group()
def fraud() -> None:
    """List and set rules against fraud.

    What they suspect waits in `cashback held list --code suspected_fraud`.
    """


@fraud.command("list")
@as_json
def list_them(*, wants_json: bool) -> None:
    """List the rules against fraud, on or off."""
    found = answered(target.find().clerk("partner_postback").get("/fraud-rules"))["data"]
    if wants_json:
        print_json(found)
    elif found:
        click.echo("\n".join(_line(one) for one in found))
    else:
        click.echo("There is no rule yet: cashback partners fraud set NAME FILE makes one.")


@fraud.command("set")
@click.argument("name")
@yaml_file.file_argument
@as_json
def set_it(name: str, file: Path, *, wants_json: bool) -> None:
    """Make or change rule NAME from a YAML file.

    It looks at what is first reported from now on; what it held before is decided again. `is_on:
    false` switches it off. Kinds: same_order_two_clicks and own_address (no settings),
    click_to_order_too_short (seconds), member_velocity (orders, hours), ip_list (ranges). FILE, for
    example:

    \b
    kind: member_velocity
    settings: {orders: 20, hours: 24}
    valid_until: 2027-01-01T00:00:00+03:00   # left out: no end
    """  # noqa: D301 - click's mark of lines to leave alone
    clerk = target.find().clerk("partner_postback")
    kept = answered(clerk.call("PUT", f"/fraud-rules/{name}", json=yaml_file.read(file)))
    if wants_json:
        print_json(kept)
    else:
        click.echo(_line(kept))


def _line(one: Mapping[str, Any]) -> str:
    """Lay it out without a frame: its name is there to be copied."""
    switch = "on" if one["is_on"] else "off"
    figures = "".join(f", {name} {_shown(value)}" for name, value in one["settings"].items())
    since = to_the_second(one["changed_at"])
    return harmless(f"{one['name']} ({one['kind']})  {switch}{figures}{validity(one)}; set {since}")


def _shown(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
