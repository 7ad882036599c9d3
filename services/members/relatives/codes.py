"""Codes of consent: six digits, kept sealed, because the one SMS that carries them is sent later.

A hash would do for checking but hides nothing of six digits; the seal hides them from whoever
reads the database, and its purpose binds a code to one question to one relative.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from uuid import UUID

from shared.sealed import Sealer

_DIGITS = 6
_KEYS_PURPOSE = b"codes of consent"


class Codes:
    """Makes, checks and opens codes, with keys drawn from those of sessions, newest first."""

    def __init__(self, session_keys: Sequence[bytes]) -> None:
        drawn = [hmac.digest(key, _KEYS_PURPOSE, hashlib.sha256) for key in session_keys]
        self._sealer = Sealer(drawn)

    def new(self, relative_id: UUID, question: int) -> str:
        """Make a code for one question, sealed; known to no one until it is opened."""
        code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
        return self._sealer.seal(code.encode(), _purpose(relative_id, question))

    def open(self, relative_id: UUID, question: int, code_sealed: str) -> str:
        """Answer the code; raises BrokenSeal if it was sealed for another question."""
        return self._sealer.open(code_sealed, _purpose(relative_id, question)).decode()

    def fits(self, typed: str, relative_id: UUID, question: int, code_sealed: str) -> bool:
        """Tell whether this is the code."""
        return hmac.compare_digest(typed, self.open(relative_id, question, code_sealed))


def _purpose(relative_id: UUID, question: int) -> bytes:
    return b"consent of " + relative_id.bytes + question.to_bytes(4, "big")
