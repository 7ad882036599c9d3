"""Time under the hand of a test."""

from datetime import datetime, timedelta

from shared.clock import Clock, utc_now


class SteppedClock:
    """A clock that stands still until it is moved; use it where code takes a `Clock`."""

    def __init__(self, now: datetime) -> None:
        """Begin at that moment."""
        self.now = now

    def __call__(self) -> datetime:
        """Answer the present moment."""
        return self.now

    def move(self, step: timedelta) -> None:
        """Let time pass."""
        self.now += step


class LentClock:
    """The clock of what outlives a test, such as a session's app: each test lends it its own."""

    def __init__(self) -> None:
        """Begin with the machine's own."""
        self.lent: Clock = utc_now

    def __call__(self) -> datetime:
        """Answer the present moment of whoever lent his clock last."""
        return self.lent()
