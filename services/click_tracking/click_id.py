"""The click id: opaque to partners, and by itself the proof of who clicked on what, and when.

It is sealed whole (AES-SIV, see shared.sealed), so a partner learns nothing and can change
nothing, and a purchase finds its member even if the record of the click were lost. 32 plain bytes
are 64 characters, the longest sub-id that networks take. The layout is fixed by
contracts/examples/click_id.json.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from struct import Struct

from shared.sealed import Sealer

PURPOSE = b"click"
_PLAIN = Struct(">16s6sI6s")


@dataclass(frozen=True, slots=True)
class ClickIds:
    """Makes click ids with the newest key."""

    sealer: Sealer
    # They only part clicks of one member within a millisecond: that nobody guesses an id is the
    # seal's doing. Counting costs a fifth of asking the kernel for random bytes.
    salts: Iterator[int] = field(default_factory=lambda: count(secrets.randbits(47)))

    def make(self, member: bytes, clicked_at_ms: int, store_number: int) -> str:
        """Answer a new id: member (16 bytes), moment (6), store (4), salt (6)."""
        salt = next(self.salts).to_bytes(6, "big")
        plain = _PLAIN.pack(member, clicked_at_ms.to_bytes(6, "big"), store_number, salt)
        return self.sealer.seal(plain, PURPOSE)
