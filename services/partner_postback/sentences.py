"""What a receipt says: a code for programs, part of the contract, and a sentence for people."""

from enum import StrEnum

from services.partner_postback.domain.algebra import (
    ConversionState,
    Message,
    Status,
    is_overruled,
    returns_part,
)
from services.partner_postback.domain.attribution import LARGEST_ORDER_RUBLES, Hold


class Effect(StrEnum):
    """What an accepted or repeated message did."""

    RECORDED = "recorded"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    OVERRULED = "overruled"
    KNOWN_MESSAGE = "known_message"
    KNOWN_RETURN = "known_return"
    CONVERSION_EXISTS = "conversion_exists"
    REDELIVERED = "redelivered"


_LARGEST = f"{LARGEST_ORDER_RUBLES:,}".replace(",", " ")
WHY_HELD = {
    Hold.NO_CLICK: "The order names no click: a clerk must see whose it is.",
    Hold.UNKNOWN_CLICK: "The click id is not one of ours, or it was cut or changed on its way.",
    Hold.UNKNOWN_STORE: "The store of this click is not known here yet.",
    Hold.CLICK_OF_OTHER_STORE: "The click led to a store that this partner does not report for.",
    Hold.CLICK_TOO_OLD: "The order came later after its click than the store's window allows.",
    Hold.ORDER_BEFORE_CLICK: "The order was placed before its click: the click cannot earn it.",
    Hold.UNKNOWN_ORDER: "Nothing was reported of this order line yet; it waits for the report.",
    Hold.NO_RATE: "There is no exchange rate for this currency yet.",
    Hold.OTHER_CLICK: "This order line was reported before with another click.",
    Hold.OTHER_CURRENCY: "This order line was reported before in another currency.",
    Hold.AMOUNT_TOO_LARGE: f"The amount is worth more than {_LARGEST} rubles: a clerk must see it.",
    Hold.AMOUNT_OF_SEVERAL_LINES: "The amount is of the whole order and not the sum of its lines: "
    "say which line costs what, or let a clerk look.",
    Hold.CART_INCOMPLETE: "The order has more lines than have come; it waits for the others.",
    Hold.STORE_PAUSED: "The store of this click is paused; it waits until it is open again.",
    Hold.UNKNOWN_CATEGORY: "The store's terms at the click name no such category of goods.",
    Hold.OVER_CAP: "With this the order is worth more than its store's cap for one order.",
    Hold.SUSPECTED_FRAUD: "A rule against fraud asks a clerk to look at it first.",
    Hold.CLAIMED: "The order is recorded already, by a member's claim or by a report: it must not "
    "count twice.",
}
WHAT_IT_DID = {
    Effect.RECORDED: "The conversion is recorded.",
    Effect.CHANGED: "The conversion has changed.",
    Effect.UNCHANGED: "Kept; the conversion stays as it was.",
    Effect.KNOWN_MESSAGE: "The same message was accepted before.",
    Effect.KNOWN_RETURN: "The same return of this moment was accepted before; it counts once. "
    "If something else came back, say so with another `status_at`.",
    Effect.CONVERSION_EXISTS: "The conversion exists: of several such reports the first counts.",
    Effect.REDELIVERED: "This webhook-id was received before.",
}
# By the status that rules in place of the one that a message names.
_WHY_OVERRULED = {
    Status.DECLINED: "that was said of a later moment, or of the same one, where it outranks an "
    "approval. A message with a later `status_at` changes it; if your format has none, as "
    "Admitad's, send that message by the plain form or our own.",
    Status.APPROVED: "that was said of a later moment, or this does not undo it. "
    "A refusal or return with a later `status_at` changes it.",
    Status.APPROVED_UNFUNDED: "that was said of a later moment. "
    "A message with a later `status_at` changes it.",
    Status.RETURNED: "everything came back, which is the end. "
    "What is bought again is reported as another line.",
}


def of_news(effect: Effect, message: Message, state: ConversionState) -> tuple[Effect, str]:
    """Answer code and sentence of an accepted message, once it is part of the conversion."""
    if not is_overruled(message, state):
        return effect, WHAT_IT_DID[effect]
    # That its status does not count is more to the partner than what else it did.
    why = f"{WHAT_IT_DID[effect]} The status stays `{state.status}`: {_WHY_OVERRULED[state.status]}"
    return Effect.OVERRULED, why


def of_repeat(message: Message, state: ConversionState) -> tuple[Effect, str]:
    """Answer code and sentence of a message that was accepted before."""
    effect = Effect.KNOWN_RETURN if returns_part(message) else Effect.KNOWN_MESSAGE
    return of_news(effect, message, state)
