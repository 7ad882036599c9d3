"""The table of settings, what an export reads and what an erasure forgets."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from services.members.profile.domain import Channels, News, Settings

_FIND = text("""
SELECT name, notices, quiet_from, quiet_until FROM member_settings WHERE member_id = :member_id
""")
_PUT = text("""
INSERT INTO member_settings (member_id, name, notices, quiet_from, quiet_until)
VALUES (:member_id, :name, :notices, :quiet_from, :quiet_until)
ON CONFLICT (member_id) DO UPDATE SET name = excluded.name, notices = excluded.notices,
    quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until
""")
_COUNT_INVITED = text("SELECT count(*) FROM members WHERE invited_by = :member_id")
_EXPORTED = {
    "devices": text("""
        SELECT name, is_remembered, made_at, last_used_at, ends_at, ended_at FROM devices
        WHERE member_id = :member_id ORDER BY made_at LIMIT 1000
    """),
    "relatives": text("""
        SELECT phone, label, state, asked_at, consented_at, withdrawn_at FROM relatives
        WHERE member_id = :member_id ORDER BY asked_at LIMIT 1000
    """),
    "decisions": text("""
        SELECT status, reason, decided_at FROM decisions
        WHERE member_id = :member_id ORDER BY number LIMIT 1000
    """),
    "favourites": text("""
        SELECT store_id, at FROM favourites
        WHERE member_id = :member_id ORDER BY at LIMIT 1000
    """),
}
# All that is of the member himself. The clerks' decisions stay: they are of the programme.
_FORGOTTEN = tuple(
    text(statement)
    for statement in (
        "DELETE FROM member_settings WHERE member_id = :member_id",
        "DELETE FROM passwords WHERE member_id = :member_id",
        "DELETE FROM devices WHERE member_id = :member_id",
        "DELETE FROM sign_in_links WHERE member_id = :member_id",
        "DELETE FROM sign_ins WHERE member_id = :member_id OR phone = :phone",
        "DELETE FROM recoveries WHERE member_id = :member_id OR phone = :phone",
        "DELETE FROM changes WHERE member_id = :member_id",
        "DELETE FROM sign_ups WHERE member_id = :member_id OR phone = :phone OR email = :email",
        "DELETE FROM invitations WHERE member_id = :member_id",
        "DELETE FROM favourites WHERE member_id = :member_id",
        "DELETE FROM number_claims WHERE member_id = :member_id",
        "DELETE FROM questions WHERE member_id = :member_id",
        "UPDATE relatives SET label = '' WHERE member_id = :member_id",
    )
)


def settings(connection: Connection, member_id: UUID) -> Settings:
    """Answer what a member has set."""
    row = connection.execute(_FIND, {"member_id": member_id}).one_or_none()
    if row is None:
        return Settings()
    notices = {News(kind): Channels(**how) for kind, how in row.notices.items()}
    return Settings(row.name, notices, row.quiet_from, row.quiet_until)


def put_settings(connection: Connection, member_id: UUID, chosen: Settings) -> None:
    """Keep what a member has set; lock the member first."""
    notices = {kind.value: asdict(how) for kind, how in chosen.notices.items()}
    values = {
        "member_id": member_id,
        "name": chosen.name,
        "notices": json.dumps(notices),
        "quiet_from": chosen.quiet_from,
        "quiet_until": chosen.quiet_until,
    }
    connection.execute(_PUT, values)


def count_invited(connection: Connection, member_id: UUID) -> int:
    """Answer how many joined by a member's invitation."""
    return int(connection.scalar(_COUNT_INVITED, {"member_id": member_id}) or 0)


def lists(connection: Connection, member_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Answer the lists that an export shows."""
    return {
        name: [dict(row._mapping) for row in connection.execute(ask, {"member_id": member_id})]  # noqa: SLF001 - SQLAlchemy's own public name
        for name, ask in _EXPORTED.items()
    }


def forget(
    connection: Connection, member_id: UUID, phone: str | None, email: str | None, now: datetime
) -> None:
    """Forget all that is of a member himself, beside the account's row."""
    values = {"member_id": member_id, "phone": phone, "email": email, "now": now}
    for statement in _FORGOTTEN:
        connection.execute(statement, values)
