"""A test session's own folder, made by the controlling process and shared with its workers."""

import os
import shutil
import tempfile
from pathlib import Path

FOLDER = "CASHBACK_TEST_SESSION"
REQUESTS_A_MINUTE = 1_000_000  # all of a session's tests come from one address


def start() -> None:
    """Make the folder."""
    if FOLDER not in os.environ:
        folder = Path(tempfile.mkdtemp(prefix="cashback-tests-"))
        # PostgreSQL runs as another user when we are root: it must be able to walk in.
        folder.chmod(0o711)
        os.environ[FOLDER] = str(folder)


def folder() -> Path:
    """Answer it."""
    return Path(os.environ[FOLDER])


def only_one(name: str) -> None:
    """Raise FileExistsError when another worker of this session has one of these already."""
    (folder() / f"only-one-{name}").touch(exist_ok=False)


def close() -> None:
    """Remove it."""
    shutil.rmtree(os.environ.pop(FOLDER), ignore_errors=True)
