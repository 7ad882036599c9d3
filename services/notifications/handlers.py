"""What happened, as this service hears it, turned into messages: one batch, one statement."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from services.notifications import domain, store
from services.notifications.inbox import store as inbox
from shared.clock import Clock
from shared.events import Received


class Balance(msgspec.Struct, frozen=True):
    """What of a member's account stands in an SMS."""

    accrued: int
    debt: int

    def account(self) -> domain.Account:
        """Answer it as the rules take it."""
        return domain.Account(self.accrued, self.debt)


class BonusChanged(msgspec.Struct, frozen=True):
    """A bonus as it is now."""

    bonus_id: UUID
    member_id: UUID
    store_id: str | None
    status: str
    amount: int
    reason: str | None
    balance: Balance
    debit: int = 0
    source: str = "purchase"


class PointsReturned(msgspec.Struct, frozen=True):
    """Spent points that came back."""

    payout_id: UUID
    member_id: UUID
    amount: int
    reason: str | None
    balance: Balance


class PayoutCompleted(msgspec.Struct, frozen=True):
    """A top-up that was made, or certificates that were issued."""

    payout_id: UUID
    member_id: UUID
    amount: int
    certificate_ids: list[UUID]
    relative_id: UUID | None = None


class CertificateReissued(msgspec.Struct, frozen=True):
    """A certificate with a new code, in place of another."""

    certificate_id: UUID
    member_id: UUID


class ClaimChanged(msgspec.Struct, frozen=True):
    """A claim as it is now."""

    claim_id: UUID
    member_id: UUID
    store_id: str
    state: str
    reason: str | None


class PayoutDeclined(msgspec.Struct, frozen=True):
    """A payout that was certainly not made."""

    payout_id: UUID
    member_id: UUID
    kind: str
    amount: int
    reason: str
    relative_id: UUID | None = None


class MemberChanged(msgspec.Struct, frozen=True):
    """A member as he is now."""

    member_id: UUID
    language: str
    status: str = "active"


class RelativeChanged(msgspec.Struct, frozen=True):
    """A relative as he is now."""

    relative_id: UUID
    member_id: UUID
    state: str
    question: int


class StoreChanged(msgspec.Struct, frozen=True):
    """A store as it is now."""

    store_id: str
    name: str


def tell_of_bonuses(
    connection: Connection, events: Sequence[Received[BonusChanged]], clock: Clock
) -> None:
    """Tell of bonuses that were confirmed or cancelled, and of points that a clerk took."""
    news = [
        domain.news_of_bonus(
            bonus_id=one.data.bonus_id,
            member_id=one.data.member_id,
            store_id=one.data.store_id,
            status=one.data.status,
            amount=one.data.amount,
            debit=one.data.debit,
            reason=one.data.reason,
            account=one.data.balance.account(),
            source=one.data.source,
        )
        for one in events
    ]
    store.add(connection, [one for one in news if one is not None], clock())


def tell_of_returned(
    connection: Connection, events: Sequence[Received[PointsReturned]], clock: Clock
) -> None:
    """Tell of points that came back: of a top-up taken back, or of a certificate voided."""
    news = [
        domain.news_of_returned(
            one.data.payout_id,
            one.data.member_id,
            one.data.amount,
            one.data.reason,
            one.data.balance.account(),
        )
        for one in events
    ]
    store.add(connection, news, clock())


def tell_of_completed(
    connection: Connection, events: Sequence[Received[PayoutCompleted]], clock: Clock
) -> None:
    """Tell of top-ups, and send each certificate its code."""
    news = [
        told
        for one in events
        for told in domain.news_of_completed(
            one.data.payout_id,
            one.data.member_id,
            one.data.amount,
            one.data.certificate_ids,
            one.data.relative_id,
        )
    ]
    store.add(connection, news, clock())


def tell_of_reissued(
    connection: Connection, events: Sequence[Received[CertificateReissued]], clock: Clock
) -> None:
    """Send certificates their new codes."""
    news = [domain.news_of_reissued(one.data.certificate_id, one.data.member_id) for one in events]
    store.add(connection, news, clock())


def tell_of_declined(
    connection: Connection, events: Sequence[Received[PayoutDeclined]], clock: Clock
) -> None:
    """Tell of payouts that were declined, and what the member can do."""
    news = [
        domain.news_of_declined(
            one.data.payout_id,
            one.data.member_id,
            one.data.kind,
            one.data.amount,
            one.data.reason,
            relative_id=one.data.relative_id,
        )
        for one in events
    ]
    store.add(connection, news, clock())


def tell_of_claims(
    connection: Connection, events: Sequence[Received[ClaimChanged]], clock: Clock
) -> None:
    """Tell of claims that were accepted or refused."""
    news = [
        domain.news_of_claim(
            one.data.claim_id,
            one.data.member_id,
            one.data.store_id,
            one.data.state,
            one.data.reason,
        )
        for one in events
    ]
    store.add(connection, [one for one in news if one is not None], clock())


def ask_relatives(
    connection: Connection, events: Sequence[Received[RelativeChanged]], clock: Clock
) -> None:
    """Ask the owners of numbers whether a member may top them up."""
    news = [
        domain.news_of_relative(
            one.data.relative_id, one.data.member_id, one.data.state, one.data.question
        )
        for one in events
    ]
    store.add(connection, [one for one in news if one is not None], clock())


def note_members(
    connection: Connection, events: Sequence[Received[MemberChanged]], _clock: Clock
) -> None:
    """Keep in which language members are written to; of an erased one no notice is kept."""
    store.note_members(connection, {one.data.member_id: one.data.language for one in events})
    erased = [one.data.member_id for one in events if one.data.status == "erased"]
    if erased:
        inbox.forget(connection, erased)


def note_stores(
    connection: Connection, events: Sequence[Received[StoreChanged]], _clock: Clock
) -> None:
    """Keep what stores are called."""
    store.note_stores(connection, {one.data.store_id: one.data.name for one in events})
