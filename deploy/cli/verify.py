"""`cashback verify`: says whether every ruble is where it should be."""

import re
from collections.abc import Mapping

import click
from rich.console import Console
from rich.table import Table

from deploy import target
from deploy.cli.asking import as_json, print_json
from deploy.verify.check import Check
from deploy.verify.run import verify as run

_NOUNS = (
    "anchor|bonus|case|certificate|claim|conversion|day|event|file|group|line|link|log|member"
    "|message|payout|posting|receipt|redemption|row|rule|run|store|top-up"
)
_PLURAL = re.compile(rf"\b({_NOUNS})(?:es|s)\b")


@click.command()
@click.option(
    "--wait",
    "wait_seconds",
    type=click.FloatRange(min=0),
    default=60.0,
    show_default=True,
    help="Wait at most so many seconds for events on their way.",
)
@as_json
@click.pass_context
def verify(context: click.Context, *, wait_seconds: float, wants_json: bool) -> None:
    """Judge whether every ruble is where it should be.

    Reads all services and the operator's statement, and prints each check as true or false with
    its figures. Exit 1 if one is false.
    """
    console = Console(stderr=True)
    with console.status("reading all services") as spinner:
        checks = run(target.find(), wait_seconds=wait_seconds, say=spinner.update)
    holds = all(check.holds for check in checks)
    if wants_json:
        print_json({"holds": holds, "checks": [_as_dict(check) for check in checks]})
    else:
        Console().print(as_table(checks))
    context.exit(0 if holds else 1)


def as_table(checks: list[Check]) -> Table:
    """Lay the checks out for a person."""
    table = Table(title="verify", title_justify="left", header_style="bold", show_lines=True)
    for column in ("", "check", "of", "wrong"):
        table.add_column(column)
    for check in checks:
        verdict = "[green]true[/]" if check.holds else "[bold red]false[/]"
        faults = _figures(check.faults) or "0"
        table.add_row(verdict, check.says, _figures(check.seen), faults)
    return table


def _figures(figures: Mapping[str, int]) -> str:
    return "\n".join(f"{count} {_said(name, count)}" for name, count in figures.items())


def _said(name: str, count: int) -> str:
    says = name.replace("_", " ").replace("top up", "top-up")
    return _PLURAL.sub(lambda found: found[1], says, count=1) if count == 1 else says


def _as_dict(check: Check) -> dict[str, object]:
    return {
        "check": check.says,
        "holds": check.holds,
        "figures": {**check.seen, **check.wrong},
    }
