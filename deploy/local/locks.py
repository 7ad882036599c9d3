"""One at a time in a stack's folder: commands wait for each other, a second demo is refused.

A lock ends with its process, however that ends; so the files may stay.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.process import CannotStart

_COMMAND, _DEMO = "lock", "demo.lock"
FILES = frozenset({_COMMAND, _DEMO})


class DemoRuns(CannotStart):
    """Somebody tells the story in that folder now."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"A demo runs already, in {folder}: end it first (Ctrl-C in its terminal)")


@contextmanager
def one_command(folder: Path) -> Iterator[None]:
    """Let a second command on the same stack wait until this one has ended."""
    _make(folder)
    with (folder / _COMMAND).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def one_demo(folder: Path) -> Iterator[None]:
    """Be the only demo in the folder; raises DemoRuns."""
    _make(folder)
    with (folder / _DEMO).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoRuns(folder) from None
        yield


def _make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    # PostgreSQL runs as another user when we are root, and must be able to walk in.
    folder.chmod(0o711)
