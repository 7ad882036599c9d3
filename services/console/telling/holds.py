"""What a held report waits for and what a clerk can do, by the code of its hold."""

from collections.abc import Mapping
from typing import Any

from shared.pages.words import SOURCE_LANGUAGE, gettext, language, marked

Held = Mapping[str, Any]
_LOOK = marked("Look whether it is as it should be, then release or refuse it.")
_CLERK = marked("a clerk")
_WAITS = {
    "no_click": marked("another report of the line that names its click, or a clerk"),
    "unknown_click": marked("a report of the line with its whole click id, or a clerk"),
    "unknown_store": marked("the store, from the catalogue"),
    "click_of_other_store": marked("the store to become this partner's, or a clerk"),
    "click_too_old": marked("a longer window of the store, or a clerk"),
    "unknown_order": marked("the report of the order"),
    "no_rate": marked("an exchange rate for the currency"),
    "amount_of_several_lines": marked("more of the order to be reported, or a clerk"),
    "cart_incomplete": marked("the other lines of the order, or a clerk"),
    "store_paused": marked("the store to be opened again, or a clerk"),
    "unknown_category": marked("a change of the store, or a clerk"),
    "over_cap": marked("a higher cap of the store, or a clerk"),
    "suspected_fraud": marked("a clerk, or a change of the rule"),
    "order_before_click": _CLERK,
    "other_click": _CLERK,
    "other_currency": _CLERK,
    "amount_too_large": _CLERK,
    "claimed": _CLERK,
}
_TO_DO = {
    "no_click": marked(
        "Nobody knows whose order it is: ask the partner for its click id, or refuse it."
    ),
    "unknown_click": marked(
        "Nobody knows whose order it is: ask the partner for the whole click id, or refuse it."
    ),
    "unknown_store": marked("Import the store; the report then comes by itself."),
    "no_rate": marked("Set the exchange rate of the currency; the report then comes by itself."),
    "unknown_order": marked(
        "Ask the partner for the report of this order line; this message then comes by itself."
    ),
    "other_currency": marked(
        "Ask the partner to send the amount in the first currency, or refuse it."
    ),
    "amount_too_large": marked("Ask the partner for the right amount, or refuse it."),
    "amount_of_several_lines": marked("Ask the partner to send it line by line, or refuse it."),
}


def waits_for(held: Held) -> str:
    """Say what a held report waits for."""
    return _said(held, "waits_for", _WAITS.get(held["code"]))


def to_do(held: Held) -> str:
    """Say what a clerk can do about it."""
    if held["can_release"]:
        return gettext(_LOOK)
    return _said(held, "what_to_do", _TO_DO.get(held["code"]))


def _said(held: Held, field: str, by_code: str | None) -> str:
    said = str(held[field] or "")
    return gettext(by_code) if by_code and language() != SOURCE_LANGUAGE else said


FILTERS = {"waits_for": waits_for, "to_do": to_do}
