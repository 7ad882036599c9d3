"""Judges a proof: whether the file is what was signed, and whether it follows from itself."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from deploy.proof import parts
from shared.signed import canonical, digest, is_signed

_FIELDS = {"proof", "sha256", "key_id", "signature"}
_WRONG_SHAPE = (
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    IndexError,
    OverflowError,
    RecursionError,
)
_PARTS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "chain": parts.chain,
    "changes": parts.changes,
    "click": parts.click,
    "receipts": parts.receipts,
    "computation": parts.computation,
    "postings": parts.postings,
    "payouts": parts.payouts,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one part: that it holds, or why not."""

    part: str
    holds: bool
    says: str


def check(file: bytes, keys: Mapping[str, str]) -> list[Finding]:
    """Answer what holds of a proof and what does not; `keys`: id → public key, saved before.

    Never raises, whatever the file holds.
    """
    try:
        document = json.loads(file)
    except (ValueError, RecursionError):
        return [Finding("file", holds=False, says="It is no JSON.")]
    if not isinstance(document, dict) or set(document) != _FIELDS:
        return [Finding("file", holds=False, says="It is no proof.")]
    proof = document["proof"]
    return [
        _judge("file", lambda _: _file(file, document), proof),
        _judge("signature", lambda _: _signature(document, keys), proof),
        *(_judge(name, part, proof) for name, part in _PARTS.items()),
    ]


def _judge(name: str, part: Callable[[Mapping[str, Any]], str], proof: Any) -> Finding:
    try:
        return Finding(name, holds=True, says=part(proof))
    except parts.Broken as fault:
        return Finding(name, holds=False, says=str(fault))
    except _WRONG_SHAPE as fault:
        says = f"It cannot be read: {type(fault).__name__} {fault}"[:200]
        return Finding(name, holds=False, says=says)


def _file(file: bytes, document: Mapping[str, Any]) -> str:
    parts.need(canonical(document) == file, "It is spelt otherwise than it was signed.")
    parts.need(digest(document["proof"]) == document["sha256"], "Its SHA-256 is another.")
    return f"SHA-256 {document['sha256']}"


def _signature(document: Mapping[str, Any], keys: Mapping[str, str]) -> str:
    key_id = document["key_id"]
    parts.need(key_id in keys, f"Its key {str(key_id)[:20]} is not among the saved keys.")
    good = is_signed(document["proof"], document["signature"], keys[key_id])
    parts.need(good, f"It is not what key {key_id} signed.")
    return f"Ed25519, by key {key_id}"
