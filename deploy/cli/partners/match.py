"""`cashback partners match`: what was pushed, what was pulled and what files say, compared."""

import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import requests

from deploy import target
from deploy.cli.asking import answered, as_json, day_name, print_json, print_table
from deploy.target import Target
from deploy.words import counted
from shared.http_client import HttpClient

# Between two pages of a report, the server's thread may wait for others.
_READ_SECONDS = 60
_BLOCK_BYTES = 64 * 1024
_LAST_LINE_BYTES = 200
_MOST_SHOWN = 50
_COLUMNS = ("order", "line", "action", "outcome", "missing in", "field", "who says what", "counts")


@click.command()
@click.argument("partner_id", metavar="PARTNER")
@click.option("--from", "first", type=day_name, metavar="DAY", required=True, help="The first day.")
@click.option(
    "--to", "end", type=day_name, metavar="DAY", required=True, help="The day after the last."
)
@click.option("--sides", metavar="LIST", help="Compare these alone: push,pull,file.")
@click.option(
    "--csv",
    "report",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="OUT.csv",
    help="Write every row there.",
)
@as_json
def match(  # noqa: PLR0913 - the command's options
    partner_id: str,
    first: datetime,
    end: datetime,
    *,
    sides: str | None,
    report: Path | None,
    wants_json: bool,
) -> None:
    """Compare what was pushed, what was pulled and what files say.

    Line by line, for the lines ordered from one day (of Europe/Moscow) to another: who says
    nothing of a line, who says something else, and whose value counts. Exit code 1: not all agree.
    """
    asked = {"partner_id": partner_id, "from": f"{first:%Y-%m-%d}", "to": f"{end:%Y-%m-%d}"}
    asked |= {"sides": sides} if sides else {}
    system = target.find()
    if report is not None:
        _download(system, asked, report)
    found = answered(_client(system).get("/match", params={**asked, "rows": "open"}))
    if wants_json:
        print_json(found)
    else:
        _print(found)
    if found["summary"]["agreed"] < found["summary"]["rows"]:
        sys.exit(1)


def _client(system: Target) -> HttpClient:
    url = system.urls["partner_postback"]
    return HttpClient(url, bearer=system.operator_key, read_seconds=_READ_SECONDS)


def _download(system: Target, asked: Mapping[str, str], report: Path) -> None:
    answer: requests.Response = _client(system).get(
        "/match", params={**asked, "format": "csv"}, stream=True
    )
    if not answer.ok:
        answered(answer)
    end = b""
    with report.open("wb") as file:
        for block in answer.iter_content(_BLOCK_BYTES):
            file.write(block)
            end = (end + block)[-_LAST_LINE_BYTES:]
    # A stream that broke off looks like one that ended, but for its last line.
    if not end.rstrip().rpartition(b"\n")[2].startswith(b"end,"):
        message = f"The report broke off: {report} is not whole. Ask once more."
        raise click.ClickException(message)


def _print(found: Mapping[str, Any]) -> None:
    counts = found["summary"]
    sides = ", ".join(found["sides"]) or "nobody"
    click.echo(f"{found['partner_id']}, {found['from']} to {found['to']}; speaking: {sides}.")
    said_by = ", ".join(f"{counts['said_by'][one]} by {one}" for one in found["sides"])
    rows = [(name, counts[name], _where(counts, name)) for name in _OUTCOMES if counts[name]]
    print_table(f"{counted(counts['rows'], 'row')}; said {said_by or 'by nobody'}", _COUNTS, rows)
    if found["data"]:
        shown = [cells for row in found["data"][:_MOST_SHOWN] for cells in _cells(row)]
        print_table("Not agreed", _COLUMNS, shown)
    if len(found["data"]) > _MOST_SHOWN:
        click.echo(f"… and {len(found['data']) - _MOST_SHOWN} more: --csv OUT.csv has all of them.")


_COUNTS = ("outcome", "rows", "where")
_OUTCOMES = ("agreed", "missing", "different", "too_many_messages", "not_recorded")


def _where(counts: Mapping[str, Any], outcome: str) -> str:
    found: Mapping[str, int] = {
        "missing": counts["missing_in"],
        "different": counts["different_in"],
    }.get(outcome, {})
    return ", ".join(f"{name}: {count}" for name, count in found.items() if count)


def _cells(row: Mapping[str, Any]) -> Iterable[list[object]]:
    """Lay a row out, with a line for each field that differs."""
    head = [row["order_id"], row["line_id"], row["action"], row["outcome"]]
    missing = " ".join(row["missing"])
    differences = row["differences"] or [None]
    for place, one in enumerate(differences):
        begin = [*head, missing] if place == 0 else [""] * (len(head) + 1)
        yield [*begin, *_difference(one)]


def _difference(one: Mapping[str, Any] | None) -> list[object]:
    if one is None:
        return ["", "", ""]
    says = ", ".join(f"{side}: {value}" for side, value in one["sides"].items())
    by = f" (by {' and '.join(one['decided_by'])})" if one["decided_by"] else ""
    counts = "nothing recorded" if one["counts"] is None else f"{one['counts']}{by}"
    return [one["field"], says, counts]
