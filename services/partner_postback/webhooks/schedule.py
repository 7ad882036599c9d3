"""When a delivery that failed is tried again, and when it is given up."""

from collections.abc import Callable
from datetime import timedelta

# After the first try, the second …; 23 hours and 35 minutes in all.
_PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=6),
)
_SHORTEST_SHARE = 0.8


def pause_after(attempts: int, chance: Callable[[], float]) -> timedelta | None:
    """Answer how long to wait after so many tries that failed; None: it is given up.

    Pauses are up to a fifth shorter, by `chance` (0 to 1): what failed together, because a server
    was away, does not come back together. Eight tries take a day at most. Example: after the
    second try between 4 and 5 minutes.
    """
    if attempts > len(_PAUSES):
        return None
    share = _SHORTEST_SHARE + (1 - _SHORTEST_SHARE) * chance()
    return _PAUSES[attempts - 1] * share
