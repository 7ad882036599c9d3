"""Why a bonus has its status: a code for pages, a sentence for people."""

from dataclasses import dataclass
from enum import StrEnum

from services.bonus_status.domain import Bonus, ConversionStatus, Source, Status

_MOST_OF_THEIR_WORDS = 200


class StatusCode(StrEnum):
    """Why a bonus stands as it does; the codes are part of the contract with pages."""

    WAITS_FOR_STORE = "waits_for_store"
    WAITS_FOR_MONEY = "waits_for_money"
    CONFIRMED = "confirmed"
    SET_ASIDE = "set_aside"
    SPENT = "spent"
    SPENT_IN_PART = "spent_in_part"
    REPAID_DEBT = "repaid_debt"
    NOT_APPROVED = "not_approved"
    RETURNED = "returned"
    WAITS_FOR_PURCHASE = "waits_for_purchase"
    PURCHASE_FELL = "purchase_fell"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class StatusTold:
    """The code and the sentence."""

    code: StatusCode
    in_words: str


_SENTENCES = {
    StatusCode.WAITS_FOR_STORE: "The store has reported the purchase and has yet to confirm it.",
    StatusCode.WAITS_FOR_MONEY: "The store has confirmed the purchase and has yet to pay for it.",
    StatusCode.CONFIRMED: "Confirmed: it will be paid out on the 1st of next month.",
    StatusCode.SET_ASIDE: "Confirmed, and set aside for a payout that is under way.",
    StatusCode.SPENT: "Paid out.",
    StatusCode.SPENT_IN_PART: "Paid out in part; the rest will be paid out on the 1st.",
    StatusCode.REPAID_DEBT: "Confirmed, and used up by what you owed.",
    StatusCode.NOT_APPROVED: "The store did not approve the purchase",
    StatusCode.RETURNED: "The goods were returned",
    StatusCode.WAITS_FOR_PURCHASE: "Waits until the store confirms the purchase it depends on.",
    StatusCode.PURCHASE_FELL: "No purchase that it depends on stands",
}


def status_told(bonus: Bonus) -> StatusTold:
    """Answer why a bonus has its status, with the store's own words where it gave a reason.

    Example: rejected with the reason "test order": `not_approved`, "The store did not approve the
    purchase; it says: test order." Debts are told apart: what was paid and came back later.
    """
    code = _code(bonus)
    if bonus.amount < 0:
        return StatusTold(code, _corrected(bonus.reason))
    sentence = _SENTENCES[code]
    if bonus.status is Status.REJECTED:
        sentence += _their_words(bonus) + "."
    if bonus.available < 0:
        sentence += f" {-bonus.available} points of it had been paid already and are owed."
    return StatusTold(code, sentence)


def _corrected(reason: str | None) -> str:
    """Say that a clerk gave or took points, with his reason, as statements do."""
    return f"Corrected by the operator: {(reason or 'no reason was kept').rstrip('.')}."


def _code(bonus: Bonus) -> StatusCode:
    if bonus.source is not Source.PURCHASE:
        return _code_of_other_source(bonus)
    if bonus.status is Status.REJECTED:
        is_return = bonus.conversion_status is ConversionStatus.RETURNED
        return StatusCode.RETURNED if is_return else StatusCode.NOT_APPROVED
    if bonus.status is Status.PENDING:
        is_agreed = bonus.conversion_status is ConversionStatus.APPROVED_UNFUNDED
        return StatusCode.WAITS_FOR_MONEY if is_agreed else StatusCode.WAITS_FOR_STORE
    return _code_of_confirmed(bonus)


def _code_of_other_source(bonus: Bonus) -> StatusCode:
    if bonus.amount < 0:
        return StatusCode.CORRECTED
    if bonus.status is Status.REJECTED:
        return StatusCode.PURCHASE_FELL
    if bonus.status is Status.PENDING:
        return StatusCode.WAITS_FOR_PURCHASE
    return _code_of_confirmed(bonus)


def _code_of_confirmed(bonus: Bonus) -> StatusCode:
    if bonus.reserved:
        return StatusCode.SET_ASIDE
    if bonus.written_off and bonus.available > 0:
        return StatusCode.SPENT_IN_PART
    if bonus.written_off:
        return StatusCode.SPENT
    return StatusCode.REPAID_DEBT if bonus.repaid > 0 >= bonus.available else StatusCode.CONFIRMED


def _their_words(bonus: Bonus) -> str:
    words = bonus.reason or ""
    if bonus.conversion_status is None:
        return ""
    if not words or words == bonus.conversion_status.value:
        return ", and gave no reason" if _code(bonus) is StatusCode.NOT_APPROVED else ""
    return f"; it says: {words[:_MOST_OF_THEIR_WORDS].rstrip('.')}"
