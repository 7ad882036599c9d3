"""TCP ports for a test session: each is handed out once, whichever xdist worker asks.

A web server shares a port that another one has without a word (SO_REUSEPORT), so a port that is
free but that somebody else is about to take must not be given twice.
"""

import fcntl
import random

from deploy.local import ports
from tests.support import session

# Sessions at the same time must not look in the same place either.
_FIRST_PORTS = range(11_000, 31_000, 500)


def free_ports(count: int) -> list[int]:
    """Answer so many ports that nobody listens on, and that nobody of this session was given."""
    given = session.folder() / "ports"
    with given.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        first = int(given.read_text()) + 1 if given.exists() else random.choice(_FIRST_PORTS)
        found = ports.free_ports(first, count)
        given.write_text(str(found[-1]))
    return found
