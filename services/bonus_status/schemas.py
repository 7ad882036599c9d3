"""What comes in by topics: the listener's own views of events, read tolerantly.

Fields that are not needed here are ignored. What people send is read in api/schemas.py, strictly.
"""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from services.bonus_status.claims.domain import PartnerSays
from services.bonus_status.domain import ConversionStatus

_UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
Id = Annotated[str, Meta(pattern=_UUID)]
Instant = Annotated[datetime, Meta(tz=True)]
Points = Annotated[int, Meta(ge=1, le=10**12)]


class ConversionView(msgspec.Struct, frozen=True):
    """One line of a purchase, as the store reports it now."""

    conversion_id: Id
    member_id: Id
    store_id: str
    order_id: str
    clicked_at: Instant
    ordered_at: Instant
    status: ConversionStatus
    category: str | None
    paid_minor: Annotated[int, Meta(ge=0, le=10**15)]
    currency: str
    rate_micro: Annotated[int, Meta(ge=1, le=10**15)]
    reason: str | None
    receipt_id: Id


class RateView(msgspec.Struct, frozen=True):
    """What one category of goods earns."""

    category: str | None
    kind: Literal["percent", "flat"]
    basis_points: Annotated[int, Meta(ge=0, le=10_000)] | None
    rubles: Annotated[int, Meta(ge=0, le=1_000_000)] | None
    excluded: bool


class TermsView(msgspec.Struct, frozen=True):
    """The rates of a store from one moment up to, not including, another."""

    terms_id: Id
    valid_from: Instant
    valid_to: Instant | None
    rates: list[RateView]


class StoreView(msgspec.Struct, frozen=True):
    """A store with all its terms."""

    store_id: str
    name: str
    confirmation_days: Annotated[int, Meta(ge=0, le=365)]
    attribution_days: Annotated[int, Meta(ge=0, le=3650)]
    terms: list[TermsView]
    group: str = ""


class ClickView(msgspec.Struct, frozen=True):
    """A click, kept for a member's history and claims."""

    click_id: str
    member_id: Id
    store_id: str
    clicked_at: Instant
    repeat: bool


class MemberView(msgspec.Struct, frozen=True):
    """A member: whether he may be paid, and what the programme thanks him or his inviter for."""

    member_id: Id
    status: Literal["active", "blocked", "erased"]
    registered_at: Instant | None = None
    email_linked_at: Instant | None = None
    profile_filled_at: Instant | None = None
    is_own_subscriber: bool = False
    invited_by: Id | None = None
    shared_device: bool = False
    was_here_before: bool = False


class PayoutRequestedView(msgspec.Struct, frozen=True):
    """A payout asks for points."""

    payout_id: Id
    member_id: Id
    run_month: str
    kind: str
    cutoff_at: Instant
    amount: Points
    minimum_amount: Points


class PayoutEndedView(msgspec.Struct, frozen=True):
    """A payout was completed, declined or reversed."""

    payout_id: Id
    member_id: Id
    amount: Points
    reason: str | None = None


class ClaimAnsweredView(msgspec.Struct, frozen=True):
    """What a partner answered to a claim; a sum is in the claim's currency."""

    claim_id: Id
    partner_id: str
    answer: PartnerSays
    amount_minor: Annotated[int, Meta(ge=1, le=10**15)] | None
    text: str | None
    answered_at: Instant
