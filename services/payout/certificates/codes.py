"""Codes: made by chance, kept sealed for the one SMS and hashed so that none repeats.

A code is sixteen symbols in groups of four. The alphabet has 29 symbols, none of which looks like
another; 29 is prime, so the last two symbols can make both sums of `_sums` zero: whoever takes a
code sees every slip of one or two symbols, or a swap, before any look-up. Fourteen free symbols:
68 bits of chance.
"""

import secrets
from collections.abc import Sequence
from operator import mul
from uuid import UUID, uuid4

from services.payout.store.certificates import Certificate
from shared.digests import Digests
from shared.sealed import Sealer

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXY"
_BASE = len(ALPHABET)
_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)}
_FREE = 14
_PLACES = range(1, _FREE + 3)
_HASH_PURPOSE = b"certificate code hash"
_SEAL_PURPOSE = b"certificate code of "


class MistypedCode(ValueError):
    """What was typed can be no code: a sign is missing, wrong, or two are swapped."""

    code = "mistyped_code"
    field = "code"

    def __init__(self) -> None:
        super().__init__(
            "code: look at it again, it has a slip. A code has 16 signs, such as"
            " 7KQ4-M2XW-9HBD-R5TE; none is 0, 1, I, L, O, U or Z."
        )


class CodeBook:
    """Makes codes and opens them again, with keys of 32 bytes, newest first."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._sealer = Sealer(keys)
        self._digests = Digests(keys, _HASH_PURPOSE)

    def new(self) -> Certificate:
        """Make a certificate; its code is known to no one until it is opened."""
        certificate_id, code = uuid4(), new_code()
        sealed = self._sealer.seal(code.encode(), _purpose(certificate_id))
        return Certificate(certificate_id, self.hashes(code)[0], sealed)

    def hashes(self, code: str) -> list[bytes]:
        """Answer what a code is found by: its hash under each of our keys, newest first."""
        return self._digests.of(code)

    def open(self, certificate_id: UUID, code_sealed: str) -> str:
        """Answer the code; raises BrokenSeal if it was sealed for another certificate."""
        return self._sealer.open(code_sealed, _purpose(certificate_id)).decode()


def new_code() -> str:
    """Make a code such as `7KQ4-M2XW-9HBD-R5TE` from the machine's source of chance."""
    values = [secrets.randbelow(_BASE) for _ in range(_FREE)]
    plain, weighted = _sums(values)
    # Solved for the symbols at places 15 and 16: a + b = -plain and 15a + 16b = -weighted.
    last = ((_FREE + 1) * plain - weighted) % _BASE
    values += [(-plain - last) % _BASE, last]
    return _grouped("".join(ALPHABET[value] for value in values))


def read_code(typed: str) -> str:
    """Answer a code as it was issued, however it was typed; raises MistypedCode.

    Spaces, hyphens and small letters do no harm: `7kq4 m2xw9hbd-r5te` is `7KQ4-M2XW-9HBD-R5TE`.
    """
    symbols = "".join(typed.split()).replace("-", "").upper()
    if len(symbols) != _FREE + 2:
        raise MistypedCode
    try:
        values = [_VALUES[symbol] for symbol in symbols]
    except KeyError:
        raise MistypedCode from None
    if _sums(values) != (0, 0):
        raise MistypedCode
    return _grouped(symbols)


def _grouped(symbols: str) -> str:
    return f"{symbols[:4]}-{symbols[4:8]}-{symbols[8:12]}-{symbols[12:]}"


def _sums(values: Sequence[int]) -> tuple[int, int]:
    weighted = sum(map(mul, _PLACES, values))
    return sum(values) % _BASE, weighted % _BASE


def _purpose(certificate_id: UUID) -> bytes:
    return _SEAL_PURPOSE + certificate_id.bytes
