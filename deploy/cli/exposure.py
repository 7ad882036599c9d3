"""`cashback exposure`: what stores promised, agreed to, funded; what was paid, what is overdue."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from deploy import target
from deploy.cli.asking import Refused, answered, as_json, month_name, print_json, print_table
from shared.http_client import HttpClient

_KINDS = ("promised", "agreed", "funded", "paid", "overdue", "taken_back")
_STACKED = (("paid", "green"), ("funded", "cyan"), ("agreed", "yellow"), ("promised", "white"))
_BLOCK = "\N{FULL BLOCK}"
# Beside a bar: the month, the sum, and a block more for each kind that is rounded up.
_BESIDE = 26
_NARROWEST, _WIDEST = 10, 60
_MOST_STORES = 30


@click.command()
@click.option(
    "--from", "begins", type=month_name, metavar="YYYY-MM", help="The first month: 2026-01."
)
@click.option(
    "--to", "ends", type=month_name, metavar="YYYY-MM", help="The last one; by default this month."
)
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--html", "html_file", type=click.Path(dir_okay=False, path_type=Path))
@as_json
def exposure(
    *,
    begins: datetime | None,
    ends: datetime | None,
    csv_file: Path | None,
    html_file: Path | None,
    wants_json: bool,
) -> None:
    """Print what stores owe for the purchases of some months.

    By default of the last twelve. As a table of stores and a plot of months; --csv and --html write
    a file to open elsewhere.
    """
    clerk = target.find().clerk("bonus_status")
    asked = {"from": _named(begins), "to": _named(ends)}
    for file, kind in ((csv_file, "csv"), (html_file, "html")):
        if file is not None:
            file.write_bytes(_written(clerk, asked, kind))
            click.echo(f"written to {file}", err=True)
    found = answered(clerk.get("/exposure", params=asked))
    if wants_json:
        print_json(found)
    elif csv_file is None and html_file is None:
        _print(found)


def _named(month: datetime | None) -> str | None:
    return None if month is None else f"{month:%Y-%m}"


def _written(clerk: HttpClient, asked: Mapping[str, str | None], kind: str) -> bytes:
    answer = clerk.get("/exposure", params={**asked, "format": kind})
    if not answer.ok:
        raise Refused(answer)
    return bytes(answer.content)


def _print(found: Mapping[str, Any]) -> None:
    title = f"exposure {found['from']} to {found['to']}, in points"
    headings = [kind.replace("_", " ") for kind in _KINDS]
    shown = found["stores"][:_MOST_STORES]
    rows = [[one["store_name"], *(one[kind] for kind in _KINDS)] for one in shown]
    total = ["all stores", *(found["totals"][kind] for kind in _KINDS)]
    print_table(title, ["store", *headings], [*rows, total])
    if len(found["stores"]) > len(shown):
        click.echo(f"… and {len(found['stores']) - len(shown)} more stores; --csv FILE writes all.")
    console = Console()
    largest = max(_height(one) for one in found["months"])
    width = min(max(console.width - _BESIDE, _NARROWEST), _WIDEST)
    for one in found["months"]:
        console.print(_bar(one, largest, width))
    console.print(Text.assemble(*((f"{_BLOCK} {kind}  ", colour) for kind, colour in _STACKED)))


def _height(month: Mapping[str, Any]) -> int:
    return sum(int(month[kind]) for kind, _ in _STACKED)


def _bar(month: Mapping[str, Any], largest: int, width: int) -> Text:
    """Draw one month; whatever there is of a kind is seen, if only as one block."""
    line = Text(f"{month['month']} ")
    for kind, colour in _STACKED:
        blocks = -(-month[kind] * width // largest) if largest else 0
        line.append(_BLOCK * blocks, colour)
    return line.append(f" {_height(month):,}".replace(",", " "), "dim")
