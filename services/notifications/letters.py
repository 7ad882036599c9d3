"""Letters of members: codes and notices of an account, told by their id alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from services.notifications import store
from services.notifications.domain import Kind, News
from shared.clock import Clock
from shared.events import Received


class LetterWritten(msgspec.Struct, frozen=True):
    """A letter that is to be sent; whom to and what of it is fetched when it is."""

    letter_id: UUID
    kind: Kind
    channel: Literal["sms", "email"]
    language: str
    member_id: UUID | None
    ends_at: datetime


def send_letters(
    connection: Connection, events: Sequence[Received[LetterWritten]], clock: Clock
) -> None:
    """Keep letters to be sent, but those that are not worth it any more."""
    now = clock()
    store.add(connection, [_news(one.data) for one in events if now < one.data.ends_at], now)


def _news(letter: LetterWritten) -> News:
    facts: dict[str, str | int] = {
        "letter_id": str(letter.letter_id),
        "channel": letter.channel,
    }
    cause = f"letter:{letter.letter_id}"
    return News(cause, letter.member_id, letter.kind, facts, letter.language)
