"""What a bench answers, as a table for people and as JSON for the README and for scripts."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table

FOLDER = Path("build") / "bench"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: what was measured, how it came out, what is asked of it (if anything)."""

    what: str
    measured: str
    required: str = ""
    holds: bool | None = None
    figures: dict[str, object] = field(default_factory=dict)


def table(name: str, rows: Sequence[Row]) -> Table:
    """Build what a person reads."""
    shown = Table(
        title=f"{name} ({os.cpu_count()} cores, {platform.machine()})", title_justify="left"
    )
    for heading in ("what", "measured", "required", ""):
        shown.add_column(heading, overflow="fold")
    marks = {True: "[green]holds[/]", False: "[red]MISSED[/]", None: ""}
    for row in rows:
        shown.add_row(row.what, row.measured, row.required, marks[row.holds])
    return shown


def save(name: str, rows: Sequence[Row]) -> Path:
    """Write build/bench/<name>.json."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.json"
    document = {
        "bench": name,
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "load_average": os.getloadavg(),
        "python": platform.python_version(),
        "rows": [asdict(row) for row in rows],
    }
    path.write_text(json.dumps(document, indent=2, default=str) + "\n")
    return path
