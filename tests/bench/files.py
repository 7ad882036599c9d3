"""A file of 40 000 rows: taken in, against COPY of the same rows; applied; its memory."""

import statistics
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psutil
from sqlalchemy import Engine

from shared.database import connect
from tests.bench.files_targets import (
    Applied,
    Files,
    Sender,
    apply,
    copy_bare,
    take_in_process,
    work,
)
from tests.bench.postback_targets import database, granian, settings_of, sign_up
from tests.bench.report import Row
from tests.bench.scratch import scratch

ROWS = 40_000
MANY_ROWS = 400_000
LEAST_OF_COPY = 0.5
MOST_TIMES_THE_MEMORY = 1.25
_SAMPLE_SECONDS = 0.05
_CLICK_KEY = bytes(range(32))
_BECOMES = ("approved", "declined", "approved", "declined", "approved")


@dataclass(frozen=True, slots=True)
class Round:
    """One interleaved measurement: rows a second."""

    copy: float
    in_process: float
    over_http: float
    applied: Applied


@dataclass(slots=True)
class Peak:
    """The largest memory of some processes together while something went on."""

    processes: Sequence[psutil.Process]
    largest_mb: float = 0.0
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look at them again and again."""
        self._over.clear()
        self._look()
        watching = threading.Thread(target=self._watch)
        watching.start()
        try:
            yield
        finally:
            self._over.set()
            watching.join()

    def _watch(self) -> None:
        while not self._over.wait(_SAMPLE_SECONDS):
            self._look()
        self._look()

    def _look(self) -> None:
        total = sum(one.memory_info().rss for one in self.processes) / 2**20
        self.largest_mb = max(self.largest_mb, total)


@dataclass(frozen=True, slots=True)
class Bench:
    """What all measurements need."""

    folder: Path
    url: str
    engine: Engine
    settings: dict[str, str]
    sender: Sender

    def apply(self, path: Path) -> Applied:
        """Upload a file and apply it in a process of its own."""
        _, file_id = self.sender.upload(path)
        with work(self.folder, self.settings) as worker:
            return apply(self.url, file_id, worker)

    def round(self, path: Path, *, is_odd: bool) -> Round:
        """Measure all of it with one file."""
        steps = [partial(copy_bare, self.url, path), partial(take_in_process, self.engine, path)]
        # Every other round the other way about, so that no order favours anybody.
        seconds = [step() for step in (steps[::-1] if is_odd else steps)]
        copied, taken = seconds[::-1] if is_odd else seconds
        over_http, file_id = self.sender.upload(path)
        with work(self.folder, self.settings) as worker:
            applied = apply(self.url, file_id, worker)
        return Round(ROWS / copied, ROWS / taken, ROWS / over_http, applied)

    def memory(self, path: Path) -> tuple[float, float]:
        """Answer the largest memory of the web and of the work process with one file, in MB."""
        web = Peak(_family(self.sender.web.running.pid))
        with web.watched():
            _, file_id = self.sender.upload(path)
        with work(self.folder, self.settings) as worker:
            applying = Peak([worker])
            with applying.watched():
                apply(self.url, file_id, worker)
        return web.largest_mb, applying.largest_mb


def run() -> list[Row]:
    """Measure; takes about five minutes."""
    with scratch("files") as (folder, opened):
        return _measure(_prepare(folder, opened))


def _prepare(folder: Path, opened: ExitStack) -> Bench:
    kept = opened.enter_context(database(folder))
    settings = settings_of(kept.service_url, _CLICK_KEY)
    web = opened.enter_context(granian(folder, settings))
    partner = sign_up(web, settings, kept.service_url, _CLICK_KEY)
    engine = connect(kept.service_url)
    opened.callback(engine.dispose)
    return Bench(folder, kept.service_url, engine, settings, Sender(web, partner.key))


def _measure(bench: Bench) -> list[Row]:
    files = Files(bench.folder, ROWS, datetime.now(UTC))
    reported = bench.apply(files.reports(_CLICK_KEY))
    rounds = [
        bench.round(files.become(status, number), is_odd=bool(number % 2))
        for number, status in enumerate(_BECOMES)
    ]
    # Of orders that nobody reported: each row is held, however many there are.
    few, many = (
        bench.memory(Files(bench.folder, rows, datetime.now(UTC), "X").become("approved", 0))
        for rows in (ROWS, MANY_ROWS)
    )
    return [*_rows(rounds, reported), *_memory(few, many)]


def _rows(rounds: list[Round], reported: Applied) -> list[Row]:
    figures = {
        name: [getattr(one, name) for one in rounds] for name in ("copy", "in_process", "over_http")
    }
    applied = [one.applied.per_second for one in rounds]
    shown: dict[str, object] = {**figures, "applied": applied, "reported": reported.per_second}
    of_copy = [one.over_http / one.copy for one in rounds]
    applied_of_copy = [one.applied.per_second / one.copy for one in rounds]
    return [
        Row("psycopg COPY of the same rows into a bare table", _speed(figures["copy"])),
        Row("taken in by the same code without HTTP", _speed(figures["in_process"])),
        Row("taken in over HTTP, to the commit", _speed(figures["over_http"])),
        _ratio("taken in over HTTP / COPY", of_copy, LEAST_OF_COPY, shown),
        Row(
            "applied: each row its receipt, conversion, event",
            f"{_speed(applied)}, {_busy([one.applied for one in rounds])}",
        ),
        _ratio("applied / COPY", applied_of_copy, None, {}),
        Row("reports applied: new conversions", f"{reported.per_second:,.0f}/s"),
    ]


def _memory(few: tuple[float, float], many: tuple[float, float]) -> list[Row]:
    return [
        Row(
            f"largest memory of {name}, {ROWS:,} and {MANY_ROWS:,} rows",
            f"{small:.0f} MB, {large:.0f} MB",
            f"≤ {MOST_TIMES_THE_MEMORY} times",
            holds=large <= MOST_TIMES_THE_MEMORY * small,
            figures={"mb": [small, large]},
        )
        for name, small, large in zip(("web", "work"), few, many, strict=True)
    ]


def _speed(per_second: list[float]) -> str:
    middle = statistics.median(per_second)
    return f"{middle:,.0f}/s ({min(per_second):,.0f} to {max(per_second):,.0f})"


def _busy(applied: list[Applied]) -> str:
    python = statistics.median(one.busy_python for one in applied)
    postgres = statistics.median(one.busy_postgres for one in applied)
    return f"processors busy: Python {python:.2f}, PostgreSQL {postgres:.2f}"


def _ratio(what: str, ratios: list[float], least: float | None, figures: dict[str, object]) -> Row:
    median = statistics.median(ratios)
    return Row(
        f"{what}, median of {len(ratios)} pairs",
        f"{median:.3f} ({min(ratios):.3f} to {max(ratios):.3f})",
        f"≥ {least}" if least else "",
        holds=median >= least if least else None,
        figures={"ratios": ratios, **figures},
    )


def _family(pid: int) -> list[psutil.Process]:
    server = psutil.Process(pid)
    return [server, *server.children(recursive=True)]
