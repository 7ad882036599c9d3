"""Every letter that members writes has a text at notifications, which sends it."""

from services.members.letters.domain import Kind as Written
from services.notifications.domain import Kind as Sent


def test_notifications_can_send_every_letter() -> None:
    """INVARIANT: a letter of a kind that nobody has words for would never arrive."""
    assert {one.value for one in Written} <= {one.value for one in Sent}
