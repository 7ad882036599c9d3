"""Where a partner wants to be told, and what."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from services.partner_postback.webhooks.addresses import is_public

LONGEST_URL = 2_000


class EventType(StrEnum):
    """What a partner may ask to be told.

    `receipt.decided`: a request of the partner's that was held got its verdict. Rows of files and
    pulled records are left out: a file's own report tells of each row, and of a pulled record the
    partner never got the receipt. `conversion.changed` is told whatever changed the conversion.
    `claim.sent`: a member's claim that the partner is to answer.
    """

    CONVERSION_CHANGED = "conversion.changed"
    RECEIPT_DECIDED = "receipt.decided"
    CLAIM_SENT = "claim.sent"


# What each partner wants to hear, of those that have a webhook which is on.
Listeners = Mapping[str, Sequence[str]]


class WrongUrl(ValueError):
    """Nothing may be sent to such an address."""

    code = "invalid_fields"
    field = "url"

    def __init__(self, why: str) -> None:
        super().__init__(f"url: {why}")


def check_url(url: str, *, to_private: bool) -> SplitResult:
    """Answer the parts of an address that may be called; raises WrongUrl.

    That a name leads to public addresses alone is seen at each call: it may change.
    """
    if not url.isascii() or not url.isprintable() or " " in url:
        why = "Write it in ASCII without spaces; other letters of a name as xn--…"
        raise WrongUrl(why)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        why = "It is no address."
        raise WrongUrl(why) from None
    if parts.scheme != "https" and not (to_private and parts.scheme == "http"):
        why = "It must begin with https://."
        raise WrongUrl(why)
    if not parts.hostname or port == 0 or parts.username is not None or parts.fragment:
        why = "It must name a host, and neither a user nor a #fragment."
        raise WrongUrl(why)
    if not to_private and _is_private(parts.hostname):
        why = "It must lead to a public address."
        raise WrongUrl(why)
    return parts


def _is_private(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not is_public(ip_address(host))
    except ValueError:
        return False  # a name
