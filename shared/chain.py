"""A chain of hashes over messages: none can be changed, left out or put in without a trace.

Each link takes the message by its own hash, so that a chain can be checked by somebody who may not
read all of its messages.
"""

from hashlib import sha256

BEGINS = bytes(32)


def link(previous: bytes, message: bytes) -> bytes:
    """Answer the chain's hash after a message: SHA-256 of the hash before it and the message's own.

    The first message of a chain is linked to BEGINS.
    """
    return link_hash(previous, sha256(message).digest())


def link_hash(previous: bytes, message_hash: bytes) -> bytes:
    """Answer the chain's hash after a message of which only the SHA-256 is known."""
    return sha256(previous + message_hash).digest()
