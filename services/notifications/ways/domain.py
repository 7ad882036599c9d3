"""Which news may take which way: one table, the member's choice, and his quiet hours.

The choice is asked for with the contact when a message is sent and kept nowhere: so it is never
older than the sending, and this service learns nothing more of a member.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from services.notifications.domain import Kind
from shared.months import PROGRAMME_ZONE


class News(StrEnum):
    """What a member's choice is about; nobody chooses about codes and his account's safety."""

    BONUSES = "bonuses"
    PAYOUTS = "payouts"
    CERTIFICATES = "certificates"
    CLAIMS = "claims"
    FRIENDS = "friends"
    ACCOUNT = "account"


class Channel(StrEnum):
    """How a message goes."""

    SMS = "sms"
    EMAIL = "email"


class Site(StrEnum):
    """Whether the member finds the news on the site, without any code."""

    CHOSEN = "chosen"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Way:
    """What may become of one kind of message.

    `is_chosen`: SMS, e-mail, both or neither, as the member likes, and not in his quiet hours;
    else it goes at once by SMS, or as the letter says.
    """

    news: News
    is_chosen: bool
    site: Site


_BONUS = Way(News.BONUSES, is_chosen=True, site=Site.CHOSEN)
_PAYOUT = Way(News.PAYOUTS, is_chosen=True, site=Site.CHOSEN)
_CERTIFICATE = Way(News.CERTIFICATES, is_chosen=True, site=Site.CHOSEN)
_CERTIFICATE_CODE = Way(News.CERTIFICATES, is_chosen=False, site=Site.CHOSEN)
_CLAIM = Way(News.CLAIMS, is_chosen=True, site=Site.CHOSEN)
_FRIEND = Way(News.FRIENDS, is_chosen=True, site=Site.CHOSEN)
_SAFETY = Way(News.ACCOUNT, is_chosen=False, site=Site.ALWAYS)
_CODE = Way(News.ACCOUNT, is_chosen=False, site=Site.NEVER)
WAYS: Mapping[Kind, Way] = {
    Kind.BONUS_ACCRUED: _BONUS,
    Kind.BONUS_GIVEN: _BONUS,
    Kind.BONUS_REJECTED: _BONUS,
    Kind.BONUS_RETURNED: _BONUS,
    Kind.BONUS_REJECTED_BECAUSE: _BONUS,
    Kind.BONUS_DEBITED: _BONUS,
    Kind.BONUS_DEBITED_BECAUSE: _BONUS,
    Kind.FRIEND_BONUS: _FRIEND,
    Kind.TOP_UP_COMPLETED: _PAYOUT,
    Kind.TOP_UP_DECLINED: _PAYOUT,
    Kind.RELATIVE_TOPPED_UP: _PAYOUT,
    Kind.RELATIVE_TOP_UP_DECLINED: _PAYOUT,
    Kind.POINTS_RETURNED: _PAYOUT,
    Kind.CERTIFICATE_DECLINED: _CERTIFICATE,
    Kind.CERTIFICATE_VOIDED: _CERTIFICATE,
    Kind.CERTIFICATE_ISSUED: _CERTIFICATE_CODE,
    Kind.CERTIFICATE_REISSUED: _CERTIFICATE_CODE,
    Kind.CLAIM_ACCEPTED: _CLAIM,
    Kind.CLAIM_REFUSED: _CLAIM,
    Kind.CLAIM_REFUSED_BECAUSE: _CLAIM,
    Kind.SIGNED_IN: _SAFETY,
    Kind.PASSWORD_CHANGED: _SAFETY,
    Kind.PHONE_CHANGED: _SAFETY,
    Kind.EMAIL_CHANGED: _SAFETY,
    Kind.NUMBER_CLAIMED: _CODE,  # whoever reads it on the site is signed in, and that ends it
    Kind.ERASED: _CODE,
    Kind.RELATIVE_ASKED: _CODE,  # goes to somebody else than the member
    Kind.SIGN_UP_CODE: _CODE,
    Kind.ACCOUNT_EXISTS: _CODE,
    Kind.EMAIL_CODE: _CODE,
    Kind.EMAIL_TAKEN: _CODE,
    Kind.SIGN_IN_CODE: _CODE,
    Kind.RECOVERY_CODE: _CODE,
    Kind.CHANGE_CODE: _CODE,
    Kind.ERASURE_CODE: _CODE,
}
MAY_BE_MAILED = frozenset(kind for kind, way in WAYS.items() if way.is_chosen)


@dataclass(frozen=True, slots=True)
class Choice:
    """How a member wants one kind of news, and when he is not to be woken (Moscow)."""

    sms: bool = True
    email: bool = False
    site: bool = True
    quiet_from: time | None = None
    quiet_until: time | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of a message: its channels, the site, and the moment it waits for."""

    channels: tuple[Channel, ...]
    is_on_site: bool
    send_after: datetime | None = None


def plan(kind: Kind, choice: Choice, now: datetime, *, has_email: bool) -> Plan:
    """Answer how a kind of news reaches a member who chose so.

    Who wants e-mail and has none gets an SMS: a choice must not end in silence. Example: a
    confirmed bonus at 23:00 of somebody with an e-mail who chose it and is quiet from 22:00 to
    9:00 is on the site at once, and is mailed at 9:00; a certificate's code is an SMS at once.
    """
    way = WAYS[kind]
    is_on_site = way.site is Site.ALWAYS or (way.site is Site.CHOSEN and choice.site)
    if not way.is_chosen:
        return Plan((Channel.SMS,), is_on_site)
    by_sms = choice.sms or (choice.email and not has_email)
    by_email = choice.email and has_email
    channels = ((Channel.SMS,) if by_sms else ()) + ((Channel.EMAIL,) if by_email else ())
    quiet = quiet_until(now, choice.quiet_from, choice.quiet_until) if channels else None
    return Plan(channels, is_on_site, quiet)


def quiet_until(now: datetime, begin: time | None, end: time | None) -> datetime | None:
    """Answer when the quiet hours that it is now end; None outside of them.

    They are Moscow's, go over midnight where the end is before the beginning, and are none where
    both are equal or unset; their last moment is no part of them. Examples, from 22:00 to 9:00: at
    23:30 of the 1st they end at 9:00 of the 2nd, at 3:00 of the 2nd at 9:00 of that day; at 9:00
    and at 21:59 nobody is quiet.
    """
    if begin is None or end is None or begin == end:
        return None
    here = now.astimezone(PROGRAMME_ZONE)
    clock = here.time()
    goes_over_midnight = end < begin
    is_evening = goes_over_midnight and clock >= begin
    is_quiet = is_evening or clock < end if goes_over_midnight else begin <= clock < end
    if not is_quiet:
        return None
    last_day = here.date() + timedelta(days=1 if is_evening else 0)
    return datetime.combine(last_day, end, PROGRAMME_ZONE).astimezone(now.tzinfo)
