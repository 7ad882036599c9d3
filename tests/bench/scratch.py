"""Where a bench keeps its servers' data, and what it starts: gone when it ends, however it ends."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path


@contextmanager
def scratch(name: str) -> Iterator[tuple[Path, ExitStack]]:
    """Answer a folder, and the stack of what is to be closed before the folder goes."""
    folder = Path(tempfile.mkdtemp(prefix=f"cashback-{name}-bench-"))
    folder.chmod(0o711)  # PostgreSQL runs as another user when we are root
    try:
        with ExitStack() as opened:
            yield folder, opened
    finally:
        shutil.rmtree(folder, ignore_errors=True)
