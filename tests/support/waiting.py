"""Waiting for something that another process will do: by asking, with a deadline."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
_PAUSE_SECONDS = 0.05


def eventually(
    ask: Callable[[], T], *, seconds: float = 15.0, what: str = "", every: float = _PAUSE_SECONDS
) -> T:
    """Ask until the answer is true, and return it; an assertion that fails counts as "not yet".

    `every`: the seconds between two questions, more of them where the question itself is work.
    """
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        last: object
        try:
            answer = ask()
        except AssertionError as wrong:
            last = wrong
        else:
            if answer:
                return answer
            last = answer
        if time.monotonic() > deadline:
            message = f"{what or 'the condition'} did not come true in {seconds} s; last: {last!r}"
            raise AssertionError(message)
        pause.wait(every)
