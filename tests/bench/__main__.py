"""Runs the benches named on the command line, or all; exit 1 when a requirement is not met."""

import importlib
import sys

from rich.console import Console

from tests.bench.report import Row, save, table
from tests.bench.tools import MissingTool
from tests.support import session

BENCHES = (
    "redirect",
    "postback",
    "files",
    "pulls",
    "ledger",
    "bonuses",
    "manifest",
    "execute",
    "redeem",
    "pages",
    "memory",
)


def main(names: list[str]) -> int:
    """Run, print, keep the figures in build/bench."""
    console = Console()
    missed: list[Row] = []
    for name in names or BENCHES:
        console.print(f"[bold]{name}[/] …")
        try:
            rows: list[Row] = importlib.import_module(f"tests.bench.{name}").run()
        except MissingTool as missing:
            console.print(str(missing))
            return 2
        console.print(table(name, rows))
        console.print(f"figures in {save(name, rows)}")
        missed += [row for row in rows if row.holds is False]
    for row in missed:
        console.print(f"[red]not met:[/] {row.what}: {row.measured} (required {row.required})")
    return 1 if missed else 0


if __name__ == "__main__":
    session.start()  # ports are given once a session, here as in tests
    try:
        code = main(sys.argv[1:])
    finally:
        session.close()
    sys.exit(code)
