"""What is worth a message, and for what cause: pure rules from what happened to what is told.

Only money moves are told; nobody is bothered with a pending bonus. A cause is told once for ever,
however often its event is repeated or the same fact is stated again by a later one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

# A partner's own words go into an SMS under our name only if they cannot be a link or a number.
_HARMLESS = re.compile(r"[^\W\d][\w ,'()-]{2,59}")
_LONG_NUMBER = re.compile(r"\d{5}")
_FOR_A_FRIEND = "invitation"  # the source of a bonus
_VOIDED = "certificate_voided"  # the reason of payout.reversed, and so of points.returned


class Kind(StrEnum):
    """What a message is about; each has its text in every language."""

    BONUS_ACCRUED = "bonus_accrued"
    BONUS_GIVEN = "bonus_given"  # by the operator, for something else than a purchase
    FRIEND_BONUS = "friend_bonus"  # for a friend whom the member brought
    BONUS_REJECTED = "bonus_rejected"
    BONUS_RETURNED = "bonus_returned"
    BONUS_REJECTED_BECAUSE = "bonus_rejected_because"
    BONUS_DEBITED = "bonus_debited"  # by a clerk
    BONUS_DEBITED_BECAUSE = "bonus_debited_because"
    TOP_UP_COMPLETED = "top_up_completed"
    TOP_UP_DECLINED = "top_up_declined"
    RELATIVE_TOPPED_UP = "relative_topped_up"
    RELATIVE_TOP_UP_DECLINED = "relative_top_up_declined"
    CERTIFICATE_DECLINED = "certificate_declined"
    POINTS_RETURNED = "points_returned"
    CERTIFICATE_ISSUED = "certificate_issued"
    CERTIFICATE_REISSUED = "certificate_reissued"
    CERTIFICATE_VOIDED = "certificate_voided"
    CLAIM_ACCEPTED = "claim_accepted"
    CLAIM_REFUSED = "claim_refused"
    CLAIM_REFUSED_BECAUSE = "claim_refused_because"
    RELATIVE_ASKED = "relative_asked"  # goes to somebody else than a member
    # Letters of members: whom to and what of them is fetched when they are sent.
    SIGN_UP_CODE = "sign_up_code"
    ACCOUNT_EXISTS = "account_exists"
    EMAIL_CODE = "email_code"
    EMAIL_TAKEN = "email_taken"
    SIGN_IN_CODE = "sign_in_code"
    SIGNED_IN = "signed_in"
    RECOVERY_CODE = "recovery_code"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a kind of letter
    CHANGE_CODE = "change_code"
    PHONE_CHANGED = "phone_changed"
    EMAIL_CHANGED = "email_changed"
    ERASURE_CODE = "erasure_code"
    ERASED = "erased"
    NUMBER_CLAIMED = "number_claimed"


class State(StrEnum):
    """Where a message stands."""

    UNSENT = "unsent"
    SENT = "sent"
    UNWANTED = "unwanted"  # the member chose neither SMS nor e-mail for such news
    REFUSED = "refused"  # by the one who was asked for it: no later attempt would end otherwise
    GIVEN_UP = "given_up"  # after days of passing faults


@dataclass(frozen=True, slots=True)
class News:
    """Something to tell a member: the cause it is told once for, and the facts of its text.

    A letter may go to somebody who is no member yet, in the language that it names.
    """

    cause: str
    member_id: UUID | None
    kind: Kind
    facts: Mapping[str, str | int]
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What an account has free, and what it owes, when something is said of it.

    What is free repays what is owed at once, by events that follow: so both are told as they will
    be. Example: 76 points are free as 100 are taken: nothing is available, 24 are owed.
    """

    accrued: int
    debt: int

    def facts(self) -> dict[str, str | int]:
        """Answer what stands in a text."""
        left = self.accrued - self.debt
        return {"available": max(left, 0), "debt": max(-left, 0)}


def news_of_bonus(  # noqa: PLR0913 - what an event says of a bonus
    *,
    bonus_id: UUID,
    member_id: UUID,
    store_id: str | None,
    status: str,
    amount: int,
    debit: int,
    reason: str | None,
    account: Account,
    source: str = "purchase",
) -> News | None:
    """Answer what to tell of a bonus as it is now; None when it is no news in money.

    A bonus of no store falls only with a purchase, which is told.
    """
    if debit:
        return _news_of_debit(bonus_id, member_id, debit, reason, account)
    if store_id is None:
        kind = Kind.FRIEND_BONUS if source == _FOR_A_FRIEND else Kind.BONUS_GIVEN
        given = account.facts() | {"amount": amount}
        return _news_of_gift(bonus_id, member_id, status, kind, given)
    facts = account.facts() | {"store": store_id}
    if status == "accrued" and amount > 0:
        cause = f"bonus:{bonus_id}:accrued"
        return News(cause, member_id, Kind.BONUS_ACCRUED, facts | {"amount": amount})
    return _news_of_fall(bonus_id, member_id, reason, facts) if status == "rejected" else None


def _news_of_fall(
    bonus_id: UUID, member_id: UUID, reason: str | None, facts: Mapping[str, str | int]
) -> News:
    # After a whole return nothing is paid, so nothing is earned: the event carries no figure.
    cause = f"bonus:{bonus_id}:rejected"
    if reason == "returned":
        return News(cause, member_id, Kind.BONUS_RETURNED, facts)
    if reason is None or reason == "declined" or not is_harmless(reason):
        return News(cause, member_id, Kind.BONUS_REJECTED, facts)
    return News(cause, member_id, Kind.BONUS_REJECTED_BECAUSE, {**facts, "reason": reason})


def _news_of_gift(
    bonus_id: UUID, member_id: UUID, status: str, kind: Kind, facts: Mapping[str, str | int]
) -> News | None:
    if status != "accrued" or not facts["amount"]:
        return None
    return News(f"bonus:{bonus_id}:accrued", member_id, kind, facts)


def _news_of_debit(
    bonus_id: UUID, member_id: UUID, debit: int, reason: str | None, account: Account
) -> News:
    """Answer what to tell of points that a clerk took: once, however it is repaid later."""
    cause, facts = f"bonus:{bonus_id}:debited", account.facts() | {"amount": debit}
    if reason is None or not is_harmless(reason):
        return News(cause, member_id, Kind.BONUS_DEBITED, facts)
    return News(cause, member_id, Kind.BONUS_DEBITED_BECAUSE, facts | {"reason": reason})


def news_of_completed(
    payout_id: UUID,
    member_id: UUID,
    amount: int,
    certificate_ids: list[UUID],
    relative_id: UUID | None = None,
) -> list[News]:
    """Answer what to tell of a payout that was made: one top-up, or each certificate."""
    if not certificate_ids:
        cause = f"payout:{payout_id}:completed"
        kind = Kind.TOP_UP_COMPLETED if relative_id is None else Kind.RELATIVE_TOPPED_UP
        return [News(cause, member_id, kind, {"amount": amount})]
    return [
        News(
            f"certificate:{certificate_id}:issued",
            member_id,
            Kind.CERTIFICATE_ISSUED,
            {"certificate_id": str(certificate_id)},
        )
        for certificate_id in certificate_ids
    ]


def news_of_declined(  # noqa: PLR0913 - what an event says of a payout
    payout_id: UUID,
    member_id: UUID,
    payout_kind: str,
    amount: int,
    reason: str,
    *,
    relative_id: UUID | None = None,
) -> News:
    """Answer what to tell of a payout that was declined: the points stay, and what to change."""
    kind = Kind.TOP_UP_DECLINED if payout_kind == "top_up" else Kind.CERTIFICATE_DECLINED
    if relative_id is not None:
        kind = Kind.RELATIVE_TOP_UP_DECLINED
    facts: dict[str, str | int] = {"amount": amount, "hint": reason}
    return News(f"payout:{payout_id}:declined", member_id, kind, facts)


def news_of_reissued(certificate_id: UUID, member_id: UUID) -> News:
    """Answer what to tell of a certificate that has a new code."""
    facts = {"certificate_id": str(certificate_id)}
    cause = f"certificate:{certificate_id}:issued"
    return News(cause, member_id, Kind.CERTIFICATE_REISSUED, facts)


def news_of_returned(
    payout_id: UUID, member_id: UUID, amount: int, reason: str | None, account: Account
) -> News:
    """Answer what to tell when spent points came back, and from what."""
    facts = account.facts() | {"amount": amount}
    kind = Kind.CERTIFICATE_VOIDED if reason == _VOIDED else Kind.POINTS_RETURNED
    return News(f"payout:{payout_id}:returned", member_id, kind, facts)


def news_of_relative(relative_id: UUID, member_id: UUID, state: str, question: int) -> News | None:
    """Answer what to ask a relative: each question once; number and code are fetched to send it."""
    if state != "asked":
        return None
    facts: dict[str, str | int] = {"relative_id": str(relative_id), "question": question}
    cause = f"relative:{relative_id}:question:{question}"
    return News(cause, member_id, Kind.RELATIVE_ASKED, facts)


def news_of_claim(
    claim_id: UUID, member_id: UUID, store_id: str, state: str, reason: str | None
) -> News | None:
    """Answer what to tell of a claim: its end, once; what the member did himself is no news."""
    facts: dict[str, str | int] = {"store": store_id}
    cause = f"claim:{claim_id}:{state}"
    if state == "accepted":
        return News(cause, member_id, Kind.CLAIM_ACCEPTED, facts)
    if state != "refused":
        return None
    if reason is None or not is_harmless(reason):
        return News(cause, member_id, Kind.CLAIM_REFUSED, facts)
    return News(cause, member_id, Kind.CLAIM_REFUSED_BECAUSE, facts | {"reason": reason})


def is_harmless(reason: str) -> bool:
    """Answer whether a reason given outside may stand in an SMS: words, no link, no number."""
    return bool(_HARMLESS.fullmatch(reason)) and not _LONG_NUMBER.search(reason)
