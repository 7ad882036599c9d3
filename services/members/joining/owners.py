"""A number that has another owner now: notice and a grace period instead of silent loss.

Operators give numbers out again. Who proves a number whose member was away for a year may claim
it: that member is written to, and has two weeks to sign in or to change his number. Then the
number is free for whoever proves it again, and the old account waits for a clerk, its points kept.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import Connection, text

from services.members import store as members
from services.members.domain import Decision, Member, Status
from services.members.events import member_changed
from services.members.joining.numbers import Numbers
from services.members.letters.domain import Channel, Kind, Letter
from services.members.letters.writing import Letters
from shared import event_log

AWAY_FOR = timedelta(days=365)
GRACE = timedelta(days=14)
_SHOWN_DIGITS = 4
_BY = "number-owner-change"
_LAST_SEEN = text("""
SELECT greatest(
    registered_at,
    (SELECT max(last_used_at) FROM devices WHERE devices.member_id = members.member_id),
    (SELECT max(used_at) FROM sign_in_links WHERE sign_in_links.member_id = members.member_id)
) FROM members WHERE member_id = :member_id
""")
_CLAIMED_AT = text("SELECT claimed_at FROM number_claims WHERE member_id = :member_id")
_CLAIM = text("""
INSERT INTO number_claims (member_id, claimed_at) VALUES (:member_id, :now)
ON CONFLICT (member_id) DO UPDATE SET claimed_at = excluded.claimed_at
""")
_FORGET = text("DELETE FROM number_claims WHERE member_id = :member_id")
_RELEASE = text("""
UPDATE members SET phone = NULL, status = 'blocked', version = version + 1
WHERE member_id = :member_id
""")


class Standing(StrEnum):
    """What a number's holder may do who is not its member."""

    IN_USE = "in_use"  # nothing: the member was here
    AWAY = "away"  # claim it
    CLAIMED = "claimed"  # wait
    FREE = "free"  # join with it


class NumberInUse(Exception):
    """The number's member was here in the meantime: it stays his."""

    code = "number_in_use"
    field = "phone"

    def __init__(self) -> None:
        super().__init__("phone: its member has signed in; sign in by a code if that is you.")


@dataclass(frozen=True, slots=True)
class Owner:
    """The member of a number, and how it stands with him."""

    member: Member
    standing: Standing
    free_at: datetime | None


def standing(last_seen: datetime, claimed_at: datetime | None, now: datetime) -> Standing:
    """Answer how it stands with a number.

    A member who was here after the claim keeps it. Examples: last seen 366 days ago, no claim:
    away; claimed 13 days ago: claimed; 14 days ago: free; seen since: in use.
    """
    if claimed_at is not None and last_seen < claimed_at:
        return Standing.FREE if now >= claimed_at + GRACE else Standing.CLAIMED
    return Standing.AWAY if now >= last_seen + AWAY_FOR else Standing.IN_USE


def owner_of(connection: Connection, phone: str, now: datetime) -> Owner | None:
    """Answer whose a number is, if it is a member's."""
    member = members.find_by_phone(connection, phone)
    if member is None:
        return None
    whose = {"member_id": member.member_id}
    last_seen = connection.execute(_LAST_SEEN, whose).scalar_one()
    claimed_at = connection.scalar(_CLAIMED_AT, whose)
    how = standing(last_seen, claimed_at, now)
    free_at = claimed_at + GRACE if claimed_at and how is Standing.CLAIMED else None
    return Owner(member, how, free_at)


def claim(connection: Connection, owner: Owner, letters: Letters, now: datetime) -> datetime:
    """Claim a number whose member is away, and write to him; answers when it is free."""
    if owner.free_at is not None:
        return owner.free_at
    member = owner.member
    free_at = now + GRACE
    connection.execute(_CLAIM, {"member_id": member.member_id, "now": now})
    if member.email is not None:
        facts = {
            "ending": member.number[-_SHOWN_DIGITS:],
            "date": f"{free_at:%d.%m.%Y}",
        }
        letters.write(connection, _notice(member, member.email, facts, free_at), now)
    return free_at


def release(connection: Connection, member: Member, numbers: Numbers, now: datetime) -> bool:
    """Take a number from the member whose grace is over; his account waits for a clerk.

    False where he came back at the very last moment: who signs in has the member locked.
    """
    member_id = member.member_id
    members.find(connection, member_id, lock=True)
    owner = owner_of(connection, member.number, now)
    if owner is None or owner.standing is not Standing.FREE:
        return False
    connection.execute(_RELEASE, {"member_id": member_id})
    connection.execute(_FORGET, {"member_id": member_id})
    # Who has the number now is another one than who joined with it.
    numbers.forget(connection, member.number)
    reason = "The number has another owner, and nobody signed in within the grace period."
    members.add_decision(connection, member_id, Decision(Status.BLOCKED, reason, _BY, now))
    blocked = members.find(connection, member_id)
    event_log.add(connection, [member_changed(blocked, now)])
    return True


def _notice(member: Member, email: str, facts: dict[str, str], ends_at: datetime) -> Letter:
    return Letter(
        uuid4(),
        Kind.NUMBER_CLAIMED,
        Channel.EMAIL,
        email,
        member.language,
        ends_at,
        facts,
        member_id=member.member_id,
    )
