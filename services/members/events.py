"""The one event that members says: a snapshot of a member, without anything personal."""

from datetime import datetime

from services.members.domain import Member
from shared.events import Event
from shared.schemas import rfc3339


def member_changed(member: Member, occurred_at: datetime) -> Event:
    """Say how a member stands now."""
    return Event(
        topic="members",
        key=str(member.member_id),
        type="member.changed",
        aggregate_id=str(member.member_id),
        version=member.version,
        occurred_at=occurred_at,
        data={
            "member_id": str(member.member_id),
            "status": member.status.value,
            "language": member.language.value,
            "registered_at": rfc3339(member.registered_at),
        },
    )
