"""How a password is kept: argon2id, in so much memory that guessing is dear."""

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.members.passwords.rules import LARGEST_INPUT, normalised

# Each takes 20 MB and about 30 ms of a core: a sign-in waits for it, so not too many at once.
_MEMORY_KIB, _PASSES, _LANES = 19_456, 2, 1
_AT_ONCE = 4


class Hasher:
    """Hashes and checks passwords. Thread-safe."""

    def __init__(self) -> None:
        self._argon2 = _argon2()
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        self._nobodys = _nobodys_hash()

    def hash(self, password: str) -> str:
        """Hash a password with the parameters of today."""
        with self._turns:
            return self._argon2.hash(normalised(password))

    def fits(self, password: str, kept: str | None) -> bool:
        """Tell whether this is the password, in the same time whether there is one or none."""
        if len(password) > LARGEST_INPUT:
            return False
        try:
            with self._turns:
                self._argon2.verify(kept or self._nobodys, normalised(password))
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Tell whether a hash was made with other parameters than today's."""
        return self._argon2.check_needs_rehash(kept)


def _argon2() -> PasswordHasher:
    return PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES)


@cache
def _nobodys_hash() -> str:
    """Who has no password is checked against this one: it costs as much, and fits nothing."""
    return _argon2().hash("nobody's password")
