"""Slowing a guesser down: a salon or a member that tries too many wrong codes waits.

Counted in the database, so that no restart forgets it. Of 29^14 codes few are alive: ten tries a
quarter of an hour find none in the life of the sun, but a till that tries so often is broken, or
not a till.
"""

from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter
from sqlalchemy import Connection

from services.payout.certificates.codes import CodeBook
from services.payout.store import tills
from services.payout.store.tills import Found, Guesser

log = structlog.get_logger()
GUESSES = Counter("payout_wrong_codes", "Whole certificate codes that nobody has.", ["salon"])
MOST_WRONG = 10
WITHIN = timedelta(minutes=15)
_A_MEMBER = "(a member)"


class TooManyWrongCodes(Exception):
    """Too many wrong codes were tried."""

    code = "too_many_wrong_codes"
    retry_after_seconds = int(WITHIN.total_seconds())

    def __init__(self) -> None:
        super().__init__(
            f"{MOST_WRONG} wrong codes within {WITHIN.seconds // 60} minutes: wait so long, and"
            " check the code with whom you have it from."
        )


class UnknownCode(LookupError):
    """No certificate has this code."""

    code = "unknown_code"
    field = "code"

    def __init__(self) -> None:
        super().__init__("code: there is no such certificate. Look at the SMS again.")


def since(now: datetime) -> datetime:
    """Answer from when on wrong codes count."""
    return now - WITHIN


def find(
    connection: Connection, book: CodeBook, code: str, guesser: Guesser, now: datetime
) -> Found | None:
    """Answer the certificate of a code; nobody's is None and counts, once this is committed.

    So commit it, and raise UnknownCode then. Raises TooManyWrongCodes.
    """
    wrong = tills.wrong_codes(connection, guesser, since(now))
    if wrong >= MOST_WRONG:
        raise TooManyWrongCodes
    found = tills.by_code(connection, book.hashes(code))
    if found is None:
        tills.note_wrong_code(connection, guesser, now, since(now))
        GUESSES.labels(guesser.salon_id or _A_MEMBER).inc()
        if wrong + 1 >= MOST_WRONG:
            log.error("till.guesses", **guesser.named(), wrong_codes=wrong + 1)
    return found
