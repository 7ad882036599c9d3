"""Answers that never arrive, or late: what a caller over a network has to live with."""

import time
from collections.abc import Iterator

from flask import Response

from services.sandbox.faults import Fault

_DEFAULT_SECONDS = 3.0


class AnswerLost(ConnectionError):
    """Raised in the middle of an answer: the server hangs up, the caller learns nothing."""


def lose_answer(fault: Fault) -> Response:
    """Break the connection in the middle of the answer, at once or after the fault's `seconds`."""
    head = {"Content-Type": "application/json", "Content-Length": "2"}
    return Response(_break_off(fault.seconds or 0), headers=head)


def delay_seconds(fault: Fault) -> float:
    """Answer how long the fault takes, where it does not say so itself."""
    return _DEFAULT_SECONDS if fault.seconds is None else fault.seconds


def delay(fault: Fault) -> None:
    """Keep the caller waiting."""
    time.sleep(delay_seconds(fault))


def _break_off(seconds: float) -> Iterator[bytes]:
    time.sleep(seconds)
    raise AnswerLost
    yield b""  # makes it a generator: it runs while the answer is under way, not before
