"""Opens click ids: who clicked, when, and to which store, proved by the id alone.

click_tracking seals them; contracts/examples/click_id.json binds both, so that neither imports
the other.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.partner_postback.domain.attribution import Click
from shared.sealed import BrokenSeal, Sealer

_PURPOSE = b"click"
_PLAIN_BYTES = 32
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ClickIds:
    """Opens what click_tracking sealed, by the newest key or an older one."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._sealer = Sealer(keys)

    def open(self, click_id: str) -> Click | None:
        """Answer the click, or None when the id was cut, changed or never ours."""
        try:
            plain = self._sealer.open(click_id, _PURPOSE)
        except BrokenSeal:
            return None
        if len(plain) != _PLAIN_BYTES:
            return None
        clicked_at = _EPOCH + timedelta(milliseconds=int.from_bytes(plain[16:22], "big"))
        return Click(UUID(bytes=plain[:16]), clicked_at, int.from_bytes(plain[22:26], "big"))
