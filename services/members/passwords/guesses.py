"""Guesses at passwords: few for a number, more for an address that many may share.

PostgreSQL counts, before a password is looked at. Locked is the number, registered or not; the
SMS code still signs in.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from services.members.passwords import store

MOST_OF_NUMBER = 5
MOST_OF_ADDRESS = 50
LOCKED_FOR = timedelta(minutes=15)
_KEYS_PURPOSE = b"guesses at passwords"


class PasswordLocked(Exception):
    """Passwords of this number, or from this address, were wrong too often."""

    code = "password_locked"
    retry_after_seconds = int(LOCKED_FOR.total_seconds())

    def __init__(self) -> None:
        super().__init__("Too many wrong passwords: sign in by a code, or try again in 15 minutes.")


class Guesses:
    """Counts guesses by digests of numbers and addresses, drawn from the newest session key."""

    def __init__(self, session_keys: Sequence[bytes]) -> None:
        self._key = hmac.digest(session_keys[0], _KEYS_PURPOSE, hashlib.sha256)

    def begin(self, connection: Connection, phone: str, address: str, now: datetime) -> bool:
        """Count a try, which must be committed; answers False where it is one too many."""
        since = now - LOCKED_FOR
        return store.begin_try(
            connection, self._digest("phone", phone), MOST_OF_NUMBER, since, now
        ) and store.begin_try(
            connection, self._digest("address", address), MOST_OF_ADDRESS, since, now
        )

    def was_right(self, connection: Connection, phone: str, address: str) -> None:
        """Forget the tries of a number whose password came, and this one of the address."""
        store.clear_tries(connection, self._digest("phone", phone))
        store.give_try_back(connection, self._digest("address", address))

    def unlock(self, connection: Connection, phone: str) -> None:
        """Forget the tries of a number whose owner has proved it."""
        store.clear_tries(connection, self._digest("phone", phone))

    def _digest(self, kind: str, key: str) -> bytes:
        return hmac.digest(self._key, f"{kind} {key}".encode(), hashlib.sha256)
