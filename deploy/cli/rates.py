"""`cashback rates`: what foreign currencies are worth."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from deploy import target
from deploy.cli.asking import answered, as_json, print_json, print_table, to_the_second

_MICRO = 1_000_000


@click.group()
def rates() -> None:
    """Look after exchange rates."""


@rates.command("list")
@as_json
def list_them(*, wants_json: bool) -> None:
    """List what each currency is worth now."""
    found = answered(target.find().clerk("partner_postback").get("/rates"))["data"]
    if wants_json:
        print_json(found)
    elif found:
        rows = [[one["currency"], _rubles(one["rate_micro"]), *_period(one)] for one in found]
        print_table("Exchange rates", ("currency", "rubles for one", "from", "until"), rows)
    else:
        click.echo("There is no exchange rate.")


@rates.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would become of it.")
@click.option("--replace", is_flag=True, help="Where another rate is kept, take the file's.")
@as_json
def import_file(file: Path, *, dry_run: bool, replace: bool, wants_json: bool) -> None:
    """Take in the central bank's daily FILE.

    All its rates or none; conversions keep the rates that they were recorded at.
    """
    asked = {"dry_run": str(dry_run).lower(), "replace": str(replace).lower()}
    clerk = target.find().clerk("partner_postback")
    taken = answered(clerk.post("/rates/import", data=file.read_bytes(), params=asked))
    if wants_json:
        print_json(taken)
        return
    would = "would be " if dry_run else ""
    counts = ", ".join(
        f"{len(taken[name])} {would}{says}"
        for name, says in (("new", "new"), ("replaced", "replaced"), ("unchanged", "as before"))
    )
    click.echo(f"Rates from {taken['day']} on: {counts}.")
    if taken["skipped"]:
        click.echo(f"Nobody pays in {', '.join(taken['skipped'])}: left out.")


def _rubles(rate_micro: int) -> str:
    return f"{rate_micro // _MICRO}.{rate_micro % _MICRO:06d}"


def _period(one: Mapping[str, Any]) -> tuple[str, str]:
    until = one["valid_until"]
    return to_the_second(one["valid_from"]), to_the_second(until) if until else "the next one"
