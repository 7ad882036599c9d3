"""Signed documents: JSON with one spelling, and an Ed25519 signature over exactly those bytes.

Canonical JSON has sorted keys, no spaces, UTF-8 and no floats, so one content has one spelling: of
two files that differ in a byte, one at least is not canonical or tells something else.
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_KEY_ID_LENGTH = 16


class NotCanonical(ValueError):
    """The document holds what has no single spelling."""


def canonical(document: object) -> bytes:
    """Answer the one spelling of a document of plain JSON types; raises NotCanonical for floats."""
    _refuse_floats(document)
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def digest(document: object) -> str:
    """Answer the SHA-256 of a document's one spelling, in hexadecimal digits."""
    return sha256(canonical(document)).hexdigest()


class Signer:
    """Signs with the newest of its keys; the public ones of all are for those who check."""

    def __init__(self, seeds: Sequence[bytes]) -> None:
        """Take the keys' seeds of 32 bytes, newest first."""
        self._keys = [Ed25519PrivateKey.from_private_bytes(seed) for seed in seeds]
        publics = [key.public_key().public_bytes_raw().hex() for key in self._keys]
        self.public_keys: dict[str, str] = {key_id(public): public for public in publics}
        self.newest = key_id(publics[0])

    def sign(self, document: object) -> str:
        """Answer the signature, in hexadecimal digits."""
        return self._keys[0].sign(canonical(document)).hex()

    def envelope(self, name: str, document: object) -> dict[str, Any]:
        """Answer a document under its name, with its hash, the key's id and the signature."""
        signature = self.sign(document)
        return {
            name: document,
            "sha256": digest(document),
            "key_id": self.newest,
            "signature": signature,
        }


def key_id(public_key: str) -> str:
    """Answer a public key's name: the beginning of its SHA-256."""
    return sha256(bytes.fromhex(public_key)).hexdigest()[:_KEY_ID_LENGTH]


def is_signed(document: object, signature: str, public_key: str) -> bool:
    """Tell whether the signature, in its one spelling, is the key's own over the document."""
    try:
        raw = bytes.fromhex(signature)
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(raw, canonical(document))
    except (ValueError, InvalidSignature):
        return False
    return raw.hex() == signature


def is_genuine(signed: Mapping[str, Any], name: str, keys: Mapping[str, str]) -> bool:
    """Tell whether an envelope holds what one of these keys signed; never raises.

    `keys`: id → public key, saved before.
    """
    try:
        document, key = signed[name], keys[signed["key_id"]]
        same = digest(document) == signed["sha256"]
        return same and is_signed(document, signed["signature"], key)
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError):
        return False


def _refuse_floats(document: Any) -> None:
    if isinstance(document, float):
        message = f"{document} is a float, which has more than one spelling"
        raise NotCanonical(message)
    if isinstance(document, Mapping):
        for value in document.values():
            _refuse_floats(value)
    elif isinstance(document, list | tuple):
        for value in document:
            _refuse_floats(value)
