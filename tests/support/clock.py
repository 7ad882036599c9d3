"""Time under the hand of a test."""

from datetime import datetime, timedelta


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
