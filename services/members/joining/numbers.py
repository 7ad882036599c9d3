"""Numbers that somebody joined with, by a digest: what newcomers are given is given once a number.

Without it, whoever erases his account and joins again would be given it again. A digest under our
key tells a number to nobody who has the table alone; it outlives the account, and says no more
than that somebody once joined with the number. It counts as long as its key is one of ours.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, text

from shared.digests import Digests

_PURPOSE = b"numbers that joined"
_IS_KNOWN = text("SELECT EXISTS (SELECT FROM joined_numbers WHERE number_digest = ANY(:digests))")
_REMEMBER = text("""
INSERT INTO joined_numbers (number_digest, joined_at) VALUES (:digest, :now) ON CONFLICT DO NOTHING
""")
_FORGET = text("DELETE FROM joined_numbers WHERE number_digest = ANY(:digests)")


class Numbers:
    """Remembers numbers, with keys drawn from those of sessions, newest first."""

    def __init__(self, session_keys: Sequence[bytes]) -> None:
        self._digests = Digests(session_keys, _PURPOSE)

    def is_known(self, connection: Connection, phone: str) -> bool:
        """Tell whether somebody joined with this number before."""
        return bool(connection.scalar(_IS_KNOWN, {"digests": self._digests.of(phone)}))

    def remember(self, connection: Connection, phone: str, now: datetime) -> None:
        """Remember that somebody joined with this number."""
        connection.execute(_REMEMBER, {"digest": self._digests.of(phone)[0], "now": now})

    def forget(self, connection: Connection, phone: str) -> None:
        """Forget a number that the operator has given to somebody else."""
        connection.execute(_FORGET, {"digests": self._digests.of(phone)})
