"""Guesses are slowed down, by Redis where it answers and by memory where it does not."""

import secrets
import socket
import time

import pytest

from shared.problems import TooManyTries
from shared.throttle import Throttle


def test_a_key_that_fails_too_often_is_told_to_wait_and_others_are_not(redis_url: str) -> None:
    throttle = Throttle(secrets.token_hex(4), redis_url, 3)
    for _ in range(3):
        throttle.check("a")
        throttle.note_failure("a")
    with pytest.raises(TooManyTries):
        throttle.check("a")
    with pytest.raises(TooManyTries):
        throttle.note_failure("a")
    throttle.check("b")


def test_two_processes_count_together(redis_url: str) -> None:
    name = secrets.token_hex(4)
    one, other = Throttle(name, redis_url, 2), Throttle(name, redis_url, 2)
    one.note_failure("a")
    other.note_failure("a")
    with pytest.raises(TooManyTries):
        one.check("a")


def test_with_redis_frozen_it_still_counts_and_answers_soon() -> None:
    """A frozen Redis takes connections and never answers; redis-py's defaults wait a minute."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as frozen:
        throttle = Throttle("t", f"redis://127.0.0.1:{frozen.getsockname()[1]}/0", 2)
        began = time.monotonic()
        throttle.note_failure("a")
        throttle.note_failure("a")
        with pytest.raises(TooManyTries):
            throttle.check("a")
        assert time.monotonic() - began < 10 * 0.25
