"""Segment files: how one begins, is read, and is known to be left by its writer."""

import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from services.click_tracking.journal.frames import Click, TornFrame, unframe

SUFFIX = ".journal"
_CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines of a segment: clicks, how many were torn, where the next chunk begins."""

    clicks: list[Click]
    torn: int
    end: int


def new_segment(folder: Path) -> int:
    """Make a segment and lock it; answers its descriptor. Raises OSError.

    It gets its name only after its lock: a reader must never see one that looks left by its writer.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{time.time_ns() // 1_000_000:013d}-{os.getpid()}-{secrets.token_hex(4)}{SUFFIX}"
    unnamed = folder / f".new-{name}"
    descriptor = os.open(unnamed, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o640)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        unnamed.rename(folder / name)
        sync_folder(folder)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def segments(folder: Path) -> list[Path]:
    """Answer the segments of a folder, oldest first."""
    return sorted(path for path in folder.glob(f"*{SUFFIX}") if not path.name.startswith("."))


def is_left(path: Path) -> bool:
    """Answer whether the segment's writer has ended or turned to another one."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def read_chunk(path: Path, start: int, *, limit: int = _CHUNK_BYTES) -> Chunk:
    """Read the next whole lines, up to a limit; a last line without its end is left for later."""
    with path.open("rb") as file:
        file.seek(start)
        read = file.read(limit)
    whole = read.rfind(b"\n") + 1
    if not whole and len(read) == limit:
        whole = len(read)  # no click is that long: garbage, passed over as a torn line
    return _parse(read[:whole], start + whole)


def chunks(path: Path) -> Iterator[Chunk]:
    """Read a whole segment."""
    chunk = read_chunk(path, 0)
    while chunk.clicks or chunk.torn:
        yield chunk
        chunk = read_chunk(path, chunk.end)


def lock_folder(folder: Path) -> int | None:
    """Become a folder's only shipper until the descriptor is closed; None: another is."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / "ship.lock", os.O_RDWR | os.O_CREAT, 0o640)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable: a file without its name is lost too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, contents: bytes) -> None:
    """Replace a small file as a whole, durably."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("wb") as file:
        file.write(contents)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(path)
    sync_folder(path.parent)


def append(path: Path, line: bytes) -> None:
    """Add a line to a file, durably."""
    path.parent.mkdir(exist_ok=True)
    with path.open("ab") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def _parse(lines: bytes, end: int) -> Chunk:
    clicks, torn = [], 0
    for line in filter(None, lines.split(b"\n")):
        try:
            clicks.append(unframe(line))
        except TornFrame:
            torn += 1
    return Chunk(clicks, torn, end)
