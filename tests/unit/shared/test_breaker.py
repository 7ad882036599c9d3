"""The breaker stops calling a server that keeps failing, and finds out when it is back."""

import pytest

from shared.http_client import Breaker, CircuitOpen


def test_it_opens_after_failures_in_a_row_only() -> None:
    breaker = Breaker(failures=3, open_seconds=60)
    for success in (False, False, True, False, False):
        breaker.check()
        breaker.note(success=success)
    breaker.check()
    breaker.note(success=False)
    with pytest.raises(CircuitOpen):
        breaker.check()


def test_after_a_while_one_call_tries_and_the_others_still_wait() -> None:
    breaker = Breaker(failures=1, open_seconds=0.0)
    breaker.note(success=False)
    breaker.check()
    slow = Breaker(failures=1, open_seconds=60)
    slow.note(success=False)
    with pytest.raises(CircuitOpen):
        slow.check()


def test_success_closes_it() -> None:
    breaker = Breaker(failures=1, open_seconds=0.0)
    breaker.note(success=False)
    breaker.check()
    breaker.note(success=True)
    breaker.check()
    breaker.check()
