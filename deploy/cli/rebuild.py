"""`cashback rebuild`: the state of a service built again from events alone."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from deploy import target
from deploy.cli.asking import as_json, print_json
from deploy.local import settings
from deploy.local.processes import Process

_REPOSITORY = Path(__file__).parents[2]


@click.command()
@click.option(
    "--service", type=click.Choice(["bonus_status"]), default="bonus_status", show_default=True
)
@click.option("--into", "schema", required=True, metavar="SCHEMA", help="A schema of its own.")
@click.option(
    "--rules",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Other rules (YAML): rates of stores, bonus rules, whether unfunded points accrue.",
)
@click.option("--again", is_flag=True, help="Begin anew where SCHEMA is a rebuild already.")
@as_json
def rebuild(
    *, service: str, schema: str, rules: Path | None, again: bool, wants_json: bool
) -> None:
    """Build the state of a service again from events alone.

    What the other services said is read from their event logs and applied in the order in which it
    was applied once, into SCHEMA of the same database; what is live is not touched. Run again, it
    catches up; interrupted, it goes on where it was. `cashback compare` shows the difference.
    """
    asked = {
        "REBUILD_INTO": schema,
        "REBUILD_RULES": str(rules.resolve()) if rules else "",
        "REBUILD_AGAIN": "true" if again else "false",
    }
    said = _run(service, _environment(service) | asked)
    if wants_json:
        print_json(said)
    else:
        click.echo(f"{said['applied']} events and commands were applied again into {schema}.")
        for rule_id in said["rules_off"]:
            click.echo(
                f"The rule {rule_id} is off and gives nothing: is_on: true would turn it on."
            )


def _environment(service: str) -> dict[str, str]:
    """Answer what the service's processes know; elsewhere than here it is our own environment."""
    target.find()
    known = settings.load(target.folder())
    if known is None:
        return dict(os.environ)
    return settings.environment(known, Process(service, "web"))


def _run(service: str, environment: Mapping[str, str]) -> Mapping[str, Any]:
    """Run the service's own process, show how far it is, and answer what it said in the end."""
    command = [sys.executable, "-m", f"services.{service}", "rebuild"]
    process = subprocess.Popen(  # noqa: S603 - our own program
        command, cwd=_REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        last = _shown(json.loads(line) for line in process.stdout)
    if "applied" not in last:
        raise click.ClickException(
            last.get("refused", f"the rebuild stopped: {process.returncode}")
        )
    return last


def _shown(said: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Draw a bar for each step; answer the last thing said."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[shown]}"))
    console = Console(stderr=True)
    bars: dict[str, Any] = {}
    one: Mapping[str, Any] = {}
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        for one in said:
            if step := one.get("step"):
                if step not in bars:
                    bars[step] = progress.add_task(step, total=None, shown="")
                done, of = one["done"], one["of"]
                shown = f"{done}/{of}" if of else str(done)
                progress.update(bars[step], completed=done, total=of or None, shown=shown)
    return one
