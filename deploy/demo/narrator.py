"""Tells the story on the terminal, and counts every expectation that did not hold."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from rich.console import Console
from rich.markup import escape
from rich.table import Table

T = TypeVar("T")
_PAUSE_SECONDS = 0.1
_PATIENCE_SECONDS = 60.0
_LOG_COLUMNS = 110


def terminal() -> Console:
    """Answer the terminal; a pipe or a log gets lines that are wide enough for the tables."""
    console = Console()
    return console if console.is_terminal else Console(width=_LOG_COLUMNS, soft_wrap=True)


@dataclass
class Narrator:
    """The teller; `broken` lists what was expected and did not come."""

    console: Console = field(default_factory=terminal)
    patience_seconds: float = _PATIENCE_SECONDS
    held: int = 0
    broken: list[str] = field(default_factory=list)

    def chapter(self, title: str) -> None:
        """Begin a chapter."""
        self.console.print(f"\n[bold]{title}[/]")

    def tell(self, text: str) -> None:
        """Say what happens."""
        self.console.print(f"  {text}", highlight=False)

    def expect(self, says: str, actual: object, wanted: object) -> None:
        """Check something that must be so already."""
        if actual == wanted:
            self.held += 1
            self.console.print(f"  [green]✓[/] {says}", highlight=False)
            return
        sentence = f"{says}: expected {wanted!r}, got {actual!r}"
        self.broken.append(sentence)
        self.console.print(f"  [bold red]✗[/] {escape(sentence)}", highlight=False)

    def await_(self, says: str, ask: Callable[[], T], wanted: T) -> None:
        """Check something that becomes so: ask until it is, with a limit."""
        self.expect(says, self.eventually(ask, lambda answer: answer == wanted), wanted)

    def eventually(self, ask: Callable[[], T], enough: Callable[[T], bool]) -> T:
        """Ask until the answer is enough, or patience ends; return the last answer."""
        deadline = time.monotonic() + self.patience_seconds
        pause = threading.Event()
        while not enough(answer := ask()) and time.monotonic() < deadline:
            pause.wait(_PAUSE_SECONDS)
        return answer

    def table(self, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Show a table."""
        table = Table(title=title, title_justify="left", header_style="bold")
        for place, column in enumerate(columns):
            table.add_column(column, justify="left" if place == 0 else "right")
        for row in rows:
            table.add_row(*(str(value) for value in row))
        self.console.print(table)

    def verdict(self) -> bool:
        """Say how it ended; answer whether everything held."""
        if self.broken:
            self.console.print(f"\n[bold red]{len(self.broken)} expectations did not hold:[/]")
            for sentence in self.broken:
                self.console.print(f"  ✗ {escape(sentence)}", highlight=False)
        else:
            self.console.print(f"\n[bold green]All {self.held} expectations held.[/]")
        return not self.broken
