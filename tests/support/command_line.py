"""The command line as a script uses it: a real process, told which stack it is about."""

import json
import os
import subprocess
import sys
from typing import Any

from tests.support.stack import RunningStack

_SECONDS = 120


def cashback(
    stack: RunningStack, *words: str, say: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command, perhaps typing an answer; answers how it ended and what it printed."""
    return subprocess.run(
        [sys.executable, "-c", "from deploy.cli import main; main()", *words],
        input=say,
        env={**os.environ, "CASHBACK_STACK": str(stack.folder)},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )


def cashback_json(stack: RunningStack, *words: str) -> Any:
    """Run a command that must succeed; answers what it printed as JSON."""
    done = cashback(stack, *words, "--json")
    assert done.returncode == 0, done.stderr or done.stdout
    return json.loads(done.stdout)
