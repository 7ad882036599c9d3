"""What a clerk is reminded of, in his language: deadlines that passed, stores whose ratio broke.

In English they are shown as bonus_status says them, otherwise by their codes and figures.
"""

from collections.abc import Mapping
from typing import Any

from babel.numbers import format_decimal

from shared.pages.words import SOURCE_LANGUAGE, gettext, language, locale, marked

Told = Mapping[str, Any]
_DEADLINES = {
    "promise": marked("The store's promised date passed, and it has not decided on the purchase."),
    "partner": marked("The partner had until then to answer the claim."),
    "answer": marked("The member was to be answered by then."),
}
_FEWER = marked("Fewer orders than expected: tracking may be broken, or the store may not report.")
_MORE = marked(
    "More orders than expected: they may be made up, or reported for clicks of other days."
)
_FIGURES = marked(
    "In the last week %(clicks)s clicks brought %(orders)s orders, %(expected)s were expected; in"
    " the weeks before, %(clicks_before)s clicks brought %(orders_before)s. That is %(off)s"
    " standard deviations off."
)


def deadline(reminder: Told) -> str:
    """Say which deadline passed."""
    code = reminder["deadline"]
    if language() == SOURCE_LANGUAGE or code not in _DEADLINES:
        return str(reminder["in_words"])
    return gettext(_DEADLINES[code])


def alarm(told: Told) -> str:
    """Say what is wrong with a store's orders, with the figures that anybody can check."""
    if language() == SOURCE_LANGUAGE:
        return str(told["in_words"])
    counts = {
        name: format_decimal(told[name], locale=locale())
        for name in ("clicks", "orders", "clicks_before", "orders_before")
    }
    measured = {
        "expected": _to_a_tenth(told["expected_orders"]),
        "off": _to_a_tenth(abs(told["deviations"])),
    }
    cause = _FEWER if told["deviations"] < 0 else _MORE
    return f"{gettext(cause)} {gettext(_FIGURES) % (counts | measured)}"


def _to_a_tenth(value: float) -> str:
    return format_decimal(value, format="#,##0.0", locale=locale())


FILTERS = {"deadline": deadline, "alarm": alarm}
