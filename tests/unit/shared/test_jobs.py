"""What the hands of a job do while there is nothing to do, and after a fault."""

import threading
import time
from itertools import pairwise

import pytest

from shared import jobs
from shared.jobs import Job, keep_doing
from shared.pulse import Pulse

_IDLE_SECONDS = 0.02
_LOOKS = 8
_AN_HOUR = 3_600.0


def test_of_hands_with_nothing_to_do_one_looks_for_all() -> None:
    """Four that look by themselves would cost an idle database four times as much."""
    stop, looked_at = threading.Event(), []

    def look() -> bool:
        looked_at.append(time.monotonic())
        if len(looked_at) == _LOOKS:
            stop.set()
        return False

    keep_doing([Job("looks", look, _IDLE_SECONDS, hands=4)], stop, Pulse())
    assert all(later - before >= _IDLE_SECONDS for before, later in pairwise(looked_at[:_LOOKS]))


def test_while_one_hand_works_another_looks() -> None:
    """One long call must not keep all other work waiting."""
    stop = threading.Event()
    both = threading.Barrier(2, action=stop.set)

    def work() -> bool:
        both.wait(timeout=30)
        return False

    keep_doing([Job("works", work, _IDLE_SECONDS, hands=2)], stop, Pulse())
    assert not both.broken


def test_what_failed_is_done_again_long_before_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_PAUSE_AFTER_FAULT_SECONDS", 0.0)
    stop, done = threading.Event(), []

    def fail_once() -> bool:
        done.append("a try")
        if len(done) == 1:
            raise OSError
        stop.set()
        return False

    keep_doing([Job("fails", fail_once, _AN_HOUR)], stop, Pulse())
    assert len(done) == 2
