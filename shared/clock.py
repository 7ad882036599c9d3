"""Time enters the code as an argument: a clock is any call that answers the present moment."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Answer the present moment as an aware datetime in UTC."""
    return datetime.now(UTC)
