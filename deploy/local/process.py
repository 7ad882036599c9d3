"""One process that outlives its starter: started detached, found again by pid *and* start time.

A pid alone is not enough: after a reboot it may be someone else's.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

STOP_SECONDS = 15
LOG_TAIL_BYTES = 2000

# A parent must reap its children, or they stay as zombies that look alive to everyone else.
_children: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True, slots=True)
class Running:
    """A process that was started: what a state file needs to find it again."""

    name: str
    pid: int
    started_at: float
    log: str


# Called with a process as soon as it exists, before it is ready: who starts must be able to stop.
Note = Callable[[Running], None]


def forget(running: Running) -> None:
    """Note nothing, for those who stop what they started by themselves."""
    del running


class CannotStart(RuntimeError):
    """Something that the stack needs cannot be had; the sentence says what to do."""


class StartFailed(CannotStart):
    """A process ended, or was not ready in time; says what its log said last."""

    def __init__(self, name: str, why: str, log: str) -> None:
        """Keep the end of the log: the reader should not have to look for the file."""
        self.name = name
        super().__init__(f"{name} {why}; the end of {log}:\n{_tail(Path(log))}")


def start(  # noqa: PLR0913 - what a process is started with, by name
    name: str,
    command: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: str | None = None,
) -> Running:
    """Start a command in a session of its own: a Ctrl-C at our terminal must not reach it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        child = subprocess.Popen(  # noqa: S603 - the command is built by our own code
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(os.environ if env is None else env),
            cwd=cwd,
            start_new_session=True,
            user=user,
            group=user,
            extra_groups=[] if user else None,
        )
    _children[child.pid] = child
    return Running(name, child.pid, psutil.Process(child.pid).create_time(), str(log))


def alive(running: Running) -> bool:
    """Say whether that very process still runs."""
    try:
        process = psutil.Process(running.pid)
        same = abs(process.create_time() - running.started_at) < 1
        ended = process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        same, ended = False, True
    if ended:
        _reap(running.pid)
    return same and not ended


def stop(
    running: Running, *, by: signal.Signals = signal.SIGTERM, seconds: float = STOP_SECONDS
) -> None:
    """Ask the process to end, wait, and kill it only when it does not."""
    _send(running, by)
    if not wait_until_gone(running, seconds):
        kill(running)


def kill(running: Running) -> None:
    """End the process and its children as a crash would (kill -9), and wait until it is gone."""
    if alive(running):
        # It leads a process group of its own (start_new_session).
        os.killpg(running.pid, signal.SIGKILL)
    wait_until_gone(running, STOP_SECONDS)


def wait_until_gone(running: Running, seconds: float) -> bool:
    """Wait at most so long for the process to end."""
    deadline = time.monotonic() + seconds
    while alive(running):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _send(running: Running, number: signal.Signals) -> None:
    if alive(running):
        os.kill(running.pid, number)


def _reap(pid: int) -> None:
    child = _children.pop(pid, None)
    if child is not None:
        child.wait()


def _tail(log: Path) -> str:
    if not log.exists():
        return "(no log)"
    return log.read_bytes()[-LOG_TAIL_BYTES:].decode(errors="replace")
