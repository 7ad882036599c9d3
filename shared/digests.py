"""Digests of what is found again without being kept: nothing to read it off without our keys."""

import hashlib
import hmac
from collections.abc import Sequence


class Digests:
    """Digests for one purpose, with keys of their own drawn from ours, newest first."""

    def __init__(self, keys: Sequence[bytes], purpose: bytes) -> None:
        """Take our keys, and what tells these digests from all others."""
        self._keys = [hmac.digest(key, purpose, hashlib.sha256) for key in keys]

    def of(self, text: str) -> list[bytes]:
        """Answer what a text is found by: 32 bytes under each of our keys, newest first."""
        return [hmac.digest(key, text.encode(), hashlib.sha256) for key in self._keys]
