"""How long to leave a server alone after a fault. Pure."""

from datetime import timedelta

_FIRST = timedelta(seconds=5)
LONGEST = timedelta(hours=1)
_MOST_DOUBLINGS = 10


def wait_after(failures: int, asked: timedelta | None, chance: float) -> timedelta:
    """Answer the wait after so many failures in a row: what the server asked for, else doubling.

    `chance` from 0 to 1 spreads those who failed together: half of the wait is certain. Examples:
    after one failure 2.5 to 5 seconds, after five 40 to 80, after many 30 to 60 minutes; a server
    that asked for two minutes gets them, to the second.
    """
    if asked is not None:
        return asked
    doubled: timedelta = _FIRST * 2 ** min(max(failures - 1, 0), _MOST_DOUBLINGS)
    return min(doubled, LONGEST) * (0.5 + chance / 2)
