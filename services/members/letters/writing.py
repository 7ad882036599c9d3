"""Writing a letter: its content sealed in a row, its event in the same transaction."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from services.members.events import letter_written
from services.members.letters import store
from services.members.letters.domain import Content, Letter, UnknownLetter
from shared import event_log
from shared.sealed import Sealer

_KEYS_PURPOSE = b"letters"


class Letters:
    """Writes and opens letters, with keys drawn from those of sessions, newest first."""

    def __init__(self, session_keys: Sequence[bytes]) -> None:
        drawn = [hmac.digest(key, _KEYS_PURPOSE, hashlib.sha256) for key in session_keys]
        self._sealer = Sealer(drawn)

    def write(self, connection: Connection, letter: Letter, now: datetime) -> None:
        """Keep a letter in the place of those about the same, and say that it is there."""
        self.keep_unsaid(connection, letter, now)
        event_log.add(connection, [letter_written(letter, now)])

    def keep_unsaid(self, connection: Connection, letter: Letter, now: datetime) -> None:
        """Keep a letter that nobody will send: so that it takes as long as one that is sent."""
        if letter.about is not None:
            store.forget(connection, letter.about)
        store.forget_over(connection, now)
        content = json.dumps({"to": letter.to, "facts": dict(letter.facts)})
        sealed = self._sealer.seal(content.encode(), _purpose(letter.letter_id))
        store.add(connection, letter.letter_id, letter.about, sealed, letter.ends_at)

    def open(self, connection: Connection, letter_id: UUID, now: datetime) -> Content:
        """Answer what sending a letter needs, while it is worth it; raises UnknownLetter."""
        sealed = store.find(connection, letter_id, now)
        if sealed is None:
            raise UnknownLetter(letter_id)
        return Content(**json.loads(self._sealer.open(sealed, _purpose(letter_id))))


def _purpose(letter_id: UUID) -> bytes:
    return b"letter " + letter_id.bytes
