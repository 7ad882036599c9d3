"""The click id: opaque to partners, and by itself the proof of who clicked on what, and when.

It is sealed whole (AES-SIV, see shared.sealed), so a partner learns nothing and can change
nothing, and a purchase finds its member even if the record of the click were lost. 32 plain bytes
are 64 characters, the longest sub-id that networks take. The layout is fixed by
contracts/examples/click_id.json.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass

from shared.sealed import Sealer

PURPOSE = b"click"
_RANDOM_BYTES = 6


@dataclass(frozen=True, slots=True)
class ClickIds:
    """Makes click ids with the newest key."""

    sealer: Sealer
    random_bytes: Callable[[int], bytes] = os.urandom

    def make(self, member: bytes, clicked_at_ms: int, store_number: int) -> str:
        """Answer a new id: member (16 bytes), moment (6), store (4), 6 that nobody can guess."""
        plain = b"".join(
            (
                member,
                clicked_at_ms.to_bytes(6, "big"),
                store_number.to_bytes(4, "big"),
                self.random_bytes(_RANDOM_BYTES),
            )
        )
        return self.sealer.seal(plain, PURPOSE)
