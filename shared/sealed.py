"""Sealed tokens: small secrets that prove themselves, encrypted and authenticated in one step.

AES-SIV (RFC 5297) needs no nonce: 16 bytes of tag and the plain bytes are the whole token, so 32
plain bytes become 64 characters. The purpose is bound into the tag: a token of one kind never opens
as another. Several keys are accepted while they rotate; the first one seals.
"""

import base64
import binascii
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

KEY_BYTES = 32
_LARGEST_TOKEN = 4096


class BrokenSeal(ValueError):
    """The token was cut, changed, sealed for another purpose or by a key that is not ours."""

    code = "broken_seal"

    def __init__(self) -> None:
        """Say nothing of the token: it may be somebody's secret."""
        super().__init__("The token is not one of ours, or it was changed on its way.")


class Sealer:
    """Seal and open tokens with keys of 32 bytes, newest first."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """Take the keys; raises ValueError when there is none or one has another length."""
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            message = f"keys must be {KEY_BYTES} bytes each, and at least one"
            raise ValueError(message)
        self._ciphers = [AESSIV(key) for key in keys]

    def seal(self, plain: bytes, purpose: bytes) -> str:
        """Answer the token of the plain bytes: base64url without padding."""
        return (
            base64.urlsafe_b64encode(self._ciphers[0].encrypt(plain, [purpose]))
            .rstrip(b"=")
            .decode()
        )

    def open(self, token: str, purpose: bytes) -> bytes:
        """Answer the plain bytes; raises BrokenSeal for anything that `seal` did not make."""
        sealed = _decode(token)
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(sealed, [purpose])
            except InvalidTag:
                continue
        raise BrokenSeal


def _decode(token: str) -> bytes:
    if len(token) > _LARGEST_TOKEN:
        raise BrokenSeal
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BrokenSeal from None
    # Base64 leaves spare bits in the last character; two spellings of one token would be two ids.
    canonical = base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()
    if canonical != token or len(sealed) <= 16:  # noqa: PLR2004 - the tag alone is no token
        raise BrokenSeal
    return sealed
