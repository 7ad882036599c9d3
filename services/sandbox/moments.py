"""Moments as the text that SQLite keeps and JSON shows: RFC 3339 in UTC, sortable as text."""

from datetime import UTC, datetime


def as_text(moment: datetime) -> str:
    """Answer `2026-12-01T00:00:00.000000Z`: always with microseconds, so text sorts by time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_text(text: str) -> datetime:
    """Read what `as_text` wrote."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")
