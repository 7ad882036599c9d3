"""What members says: members and relatives as they are, letters; without anything personal."""

from datetime import datetime

from services.members.domain import Member, Standing
from services.members.letters.domain import Letter
from services.members.relatives.domain import Relative
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
            **_standing(member.standing),
        },
    )


def relative_changed(relative: Relative, occurred_at: datetime) -> Event:
    """Say how a relative stands now: `question` counts the SMS that ask him."""
    return Event(
        topic="relatives",
        key=str(relative.relative_id),
        type="relative.changed",
        aggregate_id=str(relative.relative_id),
        version=relative.version,
        occurred_at=occurred_at,
        data={
            "relative_id": str(relative.relative_id),
            "member_id": str(relative.member_id),
            "state": relative.state.value,
            "question": relative.question,
        },
    )


def letter_written(letter: Letter, occurred_at: datetime) -> Event:
    """Say that there is a letter to send; whom to and what of it is asked for by its id."""
    return Event(
        topic="letters",
        key=str(letter.letter_id),
        type="letter.written",
        aggregate_id=str(letter.letter_id),
        version=1,
        occurred_at=occurred_at,
        data={
            "letter_id": str(letter.letter_id),
            "kind": letter.kind.value,
            "channel": letter.channel.value,
            "language": letter.language.value,
            "member_id": None if letter.member_id is None else str(letter.member_id),
            "ends_at": rfc3339(letter.ends_at),
        },
    )


def _standing(standing: Standing) -> dict[str, object]:
    return {
        "email_linked_at": _moment(standing.email_linked_at),
        "profile_filled_at": _moment(standing.profile_filled_at),
        "is_own_subscriber": standing.is_own_subscriber,
        "invited_by": None if standing.invited_by is None else str(standing.invited_by),
        "shared_device": standing.shared_device,
        "was_here_before": standing.was_here_before,
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)
