"""What the queue tells a clerk: what ends a hold by itself, and what to do where no clerk can."""

from services.partner_postback.domain.attribution import Hold

WAITS_FOR = {
    Hold.NO_CLICK: "another report of the same line that names its click; else a clerk",
    Hold.UNKNOWN_CLICK: "an older or newer click key at the next start, or a report of the same "
    "line with its whole click id; else a clerk",
    Hold.UNKNOWN_STORE: "the store, from the catalogue",
    Hold.CLICK_OF_OTHER_STORE: "the store to become this partner's; else a clerk",
    Hold.CLICK_TOO_OLD: "a longer attribution window of the store; else a clerk",
    Hold.ORDER_BEFORE_CLICK: "a clerk",
    Hold.UNKNOWN_ORDER: "the report of the order",
    Hold.NO_RATE: "an exchange rate for the currency that is valid now",
    Hold.OTHER_CLICK: "a clerk",
    Hold.OTHER_CURRENCY: "a clerk",
    Hold.AMOUNT_TOO_LARGE: "a clerk",
    Hold.AMOUNT_OF_SEVERAL_LINES: "more of the order to be reported; else a clerk",
    Hold.CART_INCOMPLETE: "the other lines of the order; else a clerk",
    Hold.STORE_PAUSED: "the store to be opened again; else a clerk",
    Hold.UNKNOWN_CATEGORY: "a change of the store; else a clerk",
    Hold.OVER_CAP: "a higher cap of the store, or less of the order to stay paid; else a clerk",
    Hold.SUSPECTED_FRAUD: "a clerk, or the end or a change of the rule",
    Hold.CLAIMED: "a clerk",
}
WHAT_TO_DO = {
    Hold.NO_CLICK: "Nobody knows whose order it is: ask the partner to send it again with its "
    "click id, or refuse it.",
    Hold.UNKNOWN_CLICK: "Nobody knows whose order it is: ask the partner for the whole click id "
    "and to send it again, or refuse it.",
    Hold.UNKNOWN_STORE: "Import the store in the catalogue; the report then comes by itself.",
    Hold.NO_RATE: "Set the exchange rate of its currency; the report then comes by itself.",
    Hold.UNKNOWN_ORDER: "Ask the partner for the report of this order line; this message then "
    "comes by itself.",
    Hold.OTHER_CURRENCY: "A conversion keeps its currency: ask the partner to send the amount in "
    "that one, or refuse it.",
    Hold.AMOUNT_TOO_LARGE: "No order is believed to be worth as much: ask the partner to send the "
    "right amount, or refuse it.",
    Hold.AMOUNT_OF_SEVERAL_LINES: "Nobody knows which line it is of: ask the partner to send it "
    "line by line, or refuse it.",
}
