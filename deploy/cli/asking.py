"""What the commands share: asking a service, refusals as errors, and the two ways to print."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import click
import requests
from rich.console import Console
from rich.table import Table
from rich.text import Text

from shared.http_client import HttpClient

NOT_REACHED = 3
_PAGE = 100
_HARMLESS = "\n\N{NO-BREAK SPACE}"  # Python calls neither printable
_WIDEST = 100_000


class Dated(click.DateTime):
    """A month or a day as it is written; what is none is answered with one that is."""

    def __init__(self, pattern: str, noun: str, example: str) -> None:
        """Take the pattern, and the words of the refusal."""
        super().__init__([pattern])
        self._refusal = f"is no {noun}; write one such as {example}."

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read it; fails with a sentence that knows nothing of patterns."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            return self.fail(f"{value!r} {self._refusal}", param, ctx)


month_name = Dated("%Y-%m", "month", "2026-12")
day_name = Dated("%Y-%m-%d", "day", "2026-12-02")

as_json = click.option("--json", "wants_json", is_flag=True, help="Print JSON, for scripts.")
by_clerk = click.option("--clerk", required=True, metavar="NAME", help="Who you are; it is kept.")
with_reason = click.option("--reason", required=True, metavar="TEXT", help="Why; it is kept.")


class Refused(click.ClickException):
    """A service answered with a problem."""

    def __init__(self, answer: requests.Response) -> None:
        """Say the problem's own sentence."""
        super().__init__(_sentence(answer))


def answered(answer: requests.Response) -> Any:
    """Return what a service answered; raises Refused for a problem."""
    if not answer.ok:
        raise Refused(answer)
    return answer.json() if answer.content else None


def first(
    most: int, clerk: HttpClient, path: str, asked: Mapping[str, object]
) -> list[dict[str, Any]]:
    """Answer what a list of a service begins with, page after page; raises Refused."""
    found: list[dict[str, Any]] = []
    after: str | None = None
    while len(found) < most:
        page = answered(clerk.get(path, params={**asked, "after": after, "limit": _PAGE}))
        found += page["data"]
        after = page["next"]
        if after is None:
            break
    return found


def print_json(value: object) -> None:
    """Print for a script."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def validity(one: Mapping[str, Any]) -> str:
    """Say from when and until when a rule counts: `, from …, until …`; nothing without ends."""
    ends = (("from", one["valid_from"]), ("until", one["valid_until"]))
    return "".join(f", {word} {to_the_second(at)}" for word, at in ends if at)


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print for a person; lines are as long as they need be.

    Half of a number would look like another one, and an id on two lines cannot be copied.
    """
    shown = list(rows)
    table = Table(title=title, title_justify="left", header_style="bold")
    for place, column in enumerate(columns):
        is_number = all(isinstance(row[place], int) for row in shown)
        table.add_column(column, justify="right" if is_number else "left", no_wrap=True)
    for row in shown:
        table.add_row(*map(_cell, row))
    console = Console()
    needed = console.measure(table, options=console.options.update(width=_WIDEST)).maximum
    console.width = max(console.width, needed)
    console.print(table)


def print_facts(title: str, facts: Mapping[str, object]) -> None:
    """Print one thing, a line per fact."""
    table = Table(title=title, title_justify="left", show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    for name, fact in facts.items():
        table.add_row(name, _cell(fact))
    Console().print(table)


def to_the_second(moment: str) -> str:
    """Lay a moment out for a person: "2026-11-28 20:13:28 UTC", as it came."""
    return f"{moment[:19].replace('T', ' ')} UTC"


def harmless(text: str) -> str:
    """Answer a text that may be a stranger's so that it steers no terminal."""
    return "".join(one if one.isprintable() or one in _HARMLESS else "\ufffd" for one in text)


def _cell(value: object) -> Text:
    """Lay a value out as it is, which is no markup."""
    return Text("" if value is None else harmless(str(value)))


def _sentence(answer: requests.Response) -> str:
    try:
        problem = answer.json()
        detail = problem["detail"]
        # Where one field is at fault, its sentence is often the whole detail.
        fields = [
            f"{one['field']}: {one['message']}"
            for one in problem.get("errors", [])
            if one["message"] not in detail
        ]
        return " ".join([f"{detail} ({problem['code']})", *fields])
    except (ValueError, KeyError, TypeError):
        return f"{answer.url} answered {answer.status_code}"
