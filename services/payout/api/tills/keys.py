"""How a till shows its key: `Authorization: Bearer KEY`. Only the key's hash is kept."""

import hashlib

from shared.identity import NotAllowed

_BEARER = "Bearer "


def hash_of(key: str) -> bytes:
    """Answer what a key is found by."""
    return hashlib.sha256(key.encode(errors="surrogateescape")).digest()


def shown_in(authorization: str) -> bytes:
    """Answer the hash of the key that a header shows; raises NotAllowed when it shows none."""
    if not authorization.startswith(_BEARER):
        raise NotAllowed
    return hash_of(authorization[len(_BEARER) :])
