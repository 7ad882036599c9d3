"""The shipped part of the journal: kept to be shipped again, and thrown away when it is old enough.

A clerk's wish to ship again is a file in the journal's folder, carried out by the one process that
owns the positions; the web process never touches a segment that another is reading.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import structlog

from services.click_tracking.journal.segments import chunks, segments, sync_folder, write_whole
from shared.schemas import rfc3339

log = structlog.get_logger()
_DAY_SECONDS = 86_400


def ask_again(folder: Path, since: datetime) -> int:
    """Leave the wish to ship again; answers how many clicks that concerns."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / f"again-{uuid4().hex}.wish", rfc3339(since).encode())
    concerned = [*_shipped(folder, since), *segments(folder)]
    return sum(len(chunk.clicks) for path in concerned for chunk in chunks(path))


def carry_out_wishes(folder: Path, start_over: Callable[[], None]) -> None:
    """Bring shipped segments back, whole, and let their reader `start_over`.

    A crash halfway leaves the wish in place, and moving a segment twice is moving it once.
    """
    for wish in sorted(folder.glob("again-*.wish")):
        since = datetime.fromisoformat(wish.read_text())
        for path in _shipped(folder, since):
            path.rename(folder / path.name)
            log.info("archive.ships_again", segment=path.name)
        sync_folder(folder)
        start_over()
        wish.unlink()


def forget_old(folder: Path, keep_days: int) -> int:
    """Delete shipped segments last written longer ago; answers how many."""
    limit = time.time() - keep_days * _DAY_SECONDS
    old = [path for path in segments(folder / "shipped") if path.stat().st_mtime < limit]
    for path in old:
        path.unlink()
    return len(old)


def _shipped(folder: Path, since: datetime) -> list[Path]:
    moment = since.astimezone(UTC).timestamp()
    return [path for path in segments(folder / "shipped") if path.stat().st_mtime >= moment]
