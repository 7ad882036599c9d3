"""Random ids for what is made by the thousand."""

import os
from uuid import UUID

_BYTES = 16


def random_ids(count: int) -> list[UUID]:
    """Answer so many random UUIDs (version 4), by one question to the kernel.

    Each question lets go of the interpreter, which another thread then takes for a while.
    """
    drawn = os.urandom(_BYTES * count)
    places = range(0, len(drawn), _BYTES)
    return [UUID(bytes=drawn[place : place + _BYTES], version=4) for place in places]
