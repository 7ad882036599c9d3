"""A challenge and its solution: pure rules, with the randomness given."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from services.members.captcha import questions

CHALLENGE_LASTS = timedelta(minutes=10)
LONGEST_ANSWER = 32
SALT_BYTES = 16
_DIGEST_BITS = 256
_BYTES = SALT_BYTES + 9


class Kind(StrEnum):
    """How a challenge is solved: by a browser's work, or by answering a question."""

    WORK = "work"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Challenge:
    """What is asked; `figure`: the bits of work, or the sum that answers the question."""

    kind: Kind
    figure: int
    salt: bytes
    ends_at: datetime

    def encode(self) -> bytes:
        """Write it as bytes, to be sealed."""
        second = int(self.ends_at.timestamp())
        kind = b"w" if self.kind is Kind.WORK else b"q"
        return self.salt + kind + self.figure.to_bytes(2, "big") + second.to_bytes(6, "big")


def decode(plain: bytes) -> Challenge:
    """Read what `encode` wrote; raises ValueError."""
    if len(plain) != _BYTES:
        message = "not the bytes of a challenge"
        raise ValueError(message)
    salt, rest = plain[:SALT_BYTES], plain[SALT_BYTES:]
    kind = Kind.WORK if rest[:1] == b"w" else Kind.QUESTION
    ends_at = datetime.fromtimestamp(int.from_bytes(rest[3:], "big"), UTC)
    return Challenge(kind, int.from_bytes(rest[1:3], "big"), salt, ends_at)


def solves(challenge: Challenge, sealed: str, answer: str) -> bool:
    """Tell whether an answer solves a challenge, `sealed` as it was handed out."""
    if len(answer) > LONGEST_ANSWER:
        return False
    if challenge.kind is Kind.QUESTION:
        return questions.answers(challenge.figure, answer)
    return leading_zero_bits(hashlib.sha256(f"{sealed}{answer}".encode()).digest()) >= (
        challenge.figure
    )


def leading_zero_bits(digest: bytes) -> int:
    """Count the zero bits before the first one: `00 1f …` has 11."""
    return _DIGEST_BITS - int.from_bytes(digest, "big").bit_length()


def work(sealed: str, bits: int) -> str:
    """Solve a challenge as a browser does: count up from zero."""
    count = 0
    while leading_zero_bits(hashlib.sha256(f"{sealed}{count}".encode()).digest()) < bits:
        count += 1
    return str(count)
