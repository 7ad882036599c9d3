"""Slowing a guesser down: a salon that tries too many wrong codes waits.

Counted in the database, so that no restart forgets it. Of 29^14 codes few are alive: ten tries a
quarter of an hour find none in the life of the sun, but a till that tries so often is broken, or
not a till.
"""

from datetime import datetime, timedelta

MOST_WRONG = 10
WITHIN = timedelta(minutes=15)


class TooManyWrongCodes(Exception):
    """The salon tried too many wrong codes."""

    code = "too_many_wrong_codes"
    retry_after_seconds = int(WITHIN.total_seconds())

    def __init__(self) -> None:
        super().__init__(
            f"{MOST_WRONG} wrong codes within {WITHIN.seconds // 60} minutes: wait so long, and"
            " check the code with the customer."
        )


def since(now: datetime) -> datetime:
    """Answer from when on wrong codes count."""
    return now - WITHIN
