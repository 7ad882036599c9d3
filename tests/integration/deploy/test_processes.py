"""Processes that outlive their starter: found again, stopped, killed, never mistaken."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from deploy.local import process
from deploy.local.process import Running, StartFailed
from deploy.local.ready import wait_ready
from tests.support.waiting import eventually

_WAIT = "import threading; threading.Event().wait(60)"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    started = process.start("waiting", [sys.executable, "-c", _WAIT], log=tmp_path / "log")
    yield started
    process.kill(started)


def test_a_stopped_process_is_gone(running: Running) -> None:
    assert process.alive(running)
    process.stop(running)
    assert not process.alive(running)


def test_a_process_that_ignores_a_signal_is_killed(tmp_path: Path) -> None:
    deaf = (
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True);"
    )
    log = tmp_path / "log"
    started = process.start("deaf", [sys.executable, "-c", deaf + _WAIT], log=log)
    eventually(lambda: "deaf" in log.read_text())
    process.stop(started, seconds=0.5)
    assert not process.alive(started)


def test_children_die_with_a_killed_process(tmp_path: Path) -> None:
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {_WAIT!r}])"
    started = process.start("parent", [sys.executable, "-c", child], log=tmp_path / "log")
    (found,) = eventually(lambda: psutil.Process(started.pid).children())
    process.kill(started)
    eventually(lambda: not found.is_running() or found.status() == psutil.STATUS_ZOMBIE)


def test_another_process_with_the_same_pid_is_not_ours(running: Running) -> None:
    assert not process.alive(replace(running, started_at=running.started_at - 3600))


def test_a_process_that_ends_instead_of_starting_shows_its_log(tmp_path: Path) -> None:
    words = [sys.executable, "-c", "print('the port is taken'); raise SystemExit(1)"]
    started = process.start("broken", words, log=tmp_path / "log")
    with pytest.raises(StartFailed, match="the port is taken"):
        wait_ready(started, lambda: False, seconds=30)
