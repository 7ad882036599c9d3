"""How a code is kept: sealed, so that whoever reads the database cannot read it off.

A hash would hide nothing of six digits; and the seal's purpose binds a code to one question.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from uuid import UUID

from services.members.codes.domain import Code, Purpose
from shared.sealed import Sealer

_DIGITS = 6
_KEYS_PURPOSE = b"one-time codes"
_DIGEST_PURPOSE = b"recipients of codes"
# As long as a code, and never typed: digits alone pass the edge.
_NO_CODE = "------"


class Codes:
    """Makes and checks codes, with keys drawn from those of sessions, newest first."""

    def __init__(self, session_keys: Sequence[bytes]) -> None:
        drawn = [hmac.digest(key, _KEYS_PURPOSE, hashlib.sha256) for key in session_keys]
        self._sealer = Sealer(drawn)
        self._digest_key = hmac.digest(session_keys[0], _DIGEST_PURPOSE, hashlib.sha256)

    def new(self) -> str:
        """Make a code, each as likely as another."""
        return f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"

    def seal(self, code: str | None, subject: UUID, purpose: Purpose, number: int) -> str:
        """Seal a code for one question; None seals one that nothing fits."""
        plain = (code or _NO_CODE).encode()
        return self._sealer.seal(plain, _question(subject, purpose, number))

    def fits(self, typed: str, kept: Code) -> bool:
        """Tell whether this is the code, in the same time whatever was typed."""
        question = _question(kept.subject, kept.purpose, kept.number)
        code = self._sealer.open(kept.code_sealed or "", question)
        return hmac.compare_digest(typed.encode(), code)

    def digest(self, recipient: str) -> bytes:
        """Answer what a recipient is counted by: nothing to read a number off."""
        return hmac.digest(self._digest_key, recipient.encode(), hashlib.sha256)


def _question(subject: UUID, purpose: Purpose, number: int) -> bytes:
    return b"code " + subject.bytes + number.to_bytes(4, "big") + purpose.value.encode()
