"""`cashback partners webhooks set` without --event means everything that a partner is told."""

from deploy.cli.partners.webhooks import _EVENTS
from services.partner_postback.webhooks.endpoint import EventType


def test_everything_is_everything() -> None:
    """What would break it: a partner set up by README's command is never told of a claim."""
    assert set(_EVENTS) == set(EventType)
