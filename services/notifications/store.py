"""The tables of notifications and every query on them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, text

from services.notifications.domain import Kind, News, State
from shared.database import raw

_FIRST_CHECK_AFTER = timedelta(seconds=5)
_ADD = """
INSERT INTO messages
    (cause, member_id, kind, facts, language, channel, next_try_at, made_at, begun_at)
SELECT cause, member_id, kind, facts, language, facts ->> 'channel', %s, %s, %s
FROM unnest(%s::text[], %s::uuid[], %s::text[], %s::jsonb[], %s::text[])
    AS news (cause, member_id, kind, facts, language)
ON CONFLICT (cause) DO NOTHING
"""
_NOTE_MEMBERS = """
INSERT INTO members (member_id, language)
SELECT * FROM unnest(%s::uuid[], %s::text[]) AS changed (member_id, language) ORDER BY 1
ON CONFLICT (member_id) DO UPDATE SET language = excluded.language
"""
_NOTE_STORES = """
INSERT INTO stores (store_id, name)
SELECT * FROM unnest(%s::text[], %s::text[]) AS changed (store_id, name) ORDER BY 1
ON CONFLICT (store_id) DO UPDATE SET name = excluded.name
"""
# The language is fixed by the first attempt: a second one must hand over the same words, or the
# gateway would take the same key with another text for a mistake.
_CLAIM = text("""
UPDATE messages SET attempts = messages.attempts + 1, next_try_at = :until, language = due.spoken
FROM (
    SELECT own.message_id, stores.name AS store_name,
        coalesce(own.language, members.language, :default_language) AS spoken
    FROM messages AS own LEFT JOIN members USING (member_id)
        LEFT JOIN stores ON stores.store_id = own.facts ->> 'store'
    WHERE own.state = 'unsent' AND own.next_try_at <= :now
    ORDER BY own.next_try_at LIMIT :batch FOR UPDATE OF own SKIP LOCKED
) AS due
WHERE messages.message_id = due.message_id
RETURNING messages.message_id, messages.member_id, messages.kind, messages.facts,
    messages.language, messages.channel, messages.beside_id, messages.attempts,
    messages.begun_at, due.store_name
""")
_END = text("""
UPDATE messages SET state = :state, ended_at = :now, said = :said,
    channel = coalesce(:channel, channel), delivery = :delivery, check_at = :check_at
WHERE message_id = :message_id AND state = 'unsent'
""")
_PUT_OFF = text("""
UPDATE messages SET next_try_at = :next_try_at, said = :said
WHERE message_id = :message_id AND state = 'unsent'
""")
# The id stays, so the gateway does not deliver a second time what did arrive.
_SEND_AGAIN = text("""
UPDATE messages SET state = 'unsent', send_after = NULL, ended_at = NULL,
    begun_at = :now, next_try_at = :now
WHERE message_id = :message_id AND state IN ('refused', 'given_up')
""")
_SHOWN = """
SELECT message_id, member_id, kind, facts, coalesce(language, :default_language) AS language, state,
    channel, send_after, delivery, delivery_at, attempts, made_at, ended_at, said,
    name AS store_name
FROM messages LEFT JOIN stores ON store_id = facts ->> 'store'
"""
_NEWEST = "ORDER BY made_at DESC, message_id LIMIT :limit"
_FIND = text(f"{_SHOWN} WHERE message_id = :message_id")
_OF_MEMBER = text(f"""{_SHOWN}
WHERE member_id = :member_id AND (NOT :failed OR state IN ('refused', 'given_up')) {_NEWEST}
""")
_FAILED = text(f"{_SHOWN} WHERE state IN ('refused', 'given_up') {_NEWEST}")

_DAYS = text("""
SELECT (made_at AT TIME ZONE 'Europe/Moscow')::date AS day, count(*) AS made,
       count(*) FILTER (WHERE state = 'sent') AS sent,
       count(*) FILTER (WHERE state IN ('refused', 'given_up')) AS failed
FROM messages WHERE made_at >= :since GROUP BY 1 ORDER BY 1
""")


class UnknownMessage(LookupError):
    """No message has this id."""

    code = "unknown_message"

    def __init__(self, message_id: UUID) -> None:
        super().__init__(f"There is no message {message_id}.")


class CannotSendAgain(ValueError):
    """Only a message that ended unsent is sent again by hand."""

    code = "cannot_send_again"

    def __init__(self, state: State) -> None:
        super().__init__(f"The message is {state}; only one that ended unsent is sent again.")


@dataclass(frozen=True, slots=True)
class Message:
    """A message that this process sends now; its patience counts from `begun_at`.

    `channel`: None until its way was planned. `beside_id`: the SMS that it goes beside.
    """

    message_id: UUID
    member_id: UUID | None
    kind: Kind
    facts: Mapping[str, str | int]
    own_facts: Mapping[str, str | int]  # as they are kept: a store by its id
    language: str
    channel: str | None
    beside_id: UUID | None
    attempts: int
    begun_at: datetime


def add(connection: Connection, news: Sequence[News], now: datetime) -> None:
    """Keep what is to be told; a cause that was kept before falls through."""
    columns: tuple[Any, ...] = (
        [one.cause for one in news],
        [one.member_id for one in news],
        [one.kind.value for one in news],
        [json.dumps(dict(one.facts)) for one in news],
        [one.language for one in news],
    )
    raw(connection).execute(_ADD, (now, now, now, *columns))


def note_members(connection: Connection, languages: Mapping[UUID, str]) -> None:
    """Keep in which language each member is written to."""
    raw(connection).execute(_NOTE_MEMBERS, (list(languages), list(languages.values())))


def note_stores(connection: Connection, names: Mapping[str, str]) -> None:
    """Keep what each store is called."""
    raw(connection).execute(_NOTE_STORES, (list(names), list(names.values())))


def claim(
    connection: Connection, now: datetime, lease: timedelta, default_language: str, batch: int
) -> list[Message]:
    """Claim messages that are due; whoever dies with them leaves them due again after the lease."""
    values = {
        "now": now,
        "until": now + lease,
        "default_language": default_language,
        "batch": batch,
    }
    return [
        Message(
            row.message_id,
            row.member_id,
            Kind(row.kind),
            _named(row.facts, row.store_name),
            row.facts,
            row.language,
            row.channel,
            row.beside_id,
            row.attempts,
            row.begun_at,
        )
        for row in connection.execute(_CLAIM, values)
    ]


def end(  # noqa: PLR0913 - what is noted of an end
    connection: Connection,
    message_id: UUID,
    state: State,
    said: str | None,
    now: datetime,
    *,
    channel: str | None = None,
) -> None:
    """Note that a message is through; of one that was sent, that the gateway has accepted it."""
    is_sent = state is State.SENT
    values = {
        "message_id": message_id,
        "state": state.value,
        "said": said,
        "now": now,
        "channel": channel,
        "delivery": "accepted" if is_sent else None,
        "check_at": now + _FIRST_CHECK_AFTER if is_sent else None,
    }
    connection.execute(_END, values)


def put_off(connection: Connection, message_id: UUID, said: str, next_try_at: datetime) -> None:
    """Note that an attempt failed, and when the next one is due."""
    values = {"message_id": message_id, "said": said, "next_try_at": next_try_at}
    connection.execute(_PUT_OFF, values)


def send_again(connection: Connection, message_id: UUID, now: datetime) -> None:
    """Let a message that ended unsent be sent; raises UnknownMessage, CannotSendAgain."""
    if not connection.execute(_SEND_AGAIN, {"message_id": message_id, "now": now}).rowcount:
        raise CannotSendAgain(State(find(connection, message_id, "")["state"]))


def find(connection: Connection, message_id: UUID, default_language: str) -> dict[str, Any]:
    """Answer a message; raises UnknownMessage."""
    values = {"message_id": message_id, "default_language": default_language}
    row = connection.execute(_FIND, values).first()
    if row is None:
        raise UnknownMessage(message_id)
    return _shown(row)


def newest(
    connection: Connection,
    member_id: UUID | None,
    default_language: str,
    *,
    failed: bool,
    limit: int,
) -> Sequence[dict[str, Any]]:
    """Answer messages, newest first: a member's, or everybody's that ended unsent."""
    values = {"default_language": default_language, "limit": limit}
    if member_id is None:
        rows = connection.execute(_FAILED, values)
    else:
        rows = connection.execute(_OF_MEMBER, values | {"member_id": member_id, "failed": failed})
    return [_shown(row) for row in rows]


def days(connection: Connection, since: datetime) -> Sequence[RowMapping]:
    """Answer how many messages each day of Moscow had, and what became of them."""
    return connection.execute(_DAYS, {"since": since}).mappings().all()


def _shown(row: Any) -> dict[str, Any]:
    shown: dict[str, Any] = row._asdict()
    return shown | {"facts": _named(row.facts, row.store_name)}


def _named(facts: dict[str, Any], store_name: str | None) -> dict[str, Any]:
    # A store whose name was not heard of yet is called by its id.
    return facts if store_name is None else facts | {"store": store_name}
