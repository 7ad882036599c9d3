"""A bonus in words: what it was given for, how it stands, and how its amount was computed."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from services.account.telling import sums
from shared.money import minor_units
from shared.pages.words import gettext, marked
from shared.pages.written import rubles

Bonus = Mapping[str, Any]
_MICRO = 1_000_000

# Status → the look of its mark, and the word for it.
STATUSES = {
    "pending": ("soon", marked("Pending")),
    "accrued": ("good", marked("Accrued")),
    "rejected": ("bad", marked("Rejected")),
    "written_off": ("", marked("Written off")),
}
# What a bonus that is of no purchase was given for; its picture tells it from a purchase.
_SOURCES = {
    "email_linked": ("gift", marked("A gift for your e-mail address")),
    "profile_filled": ("gift", marked("A gift for your profile")),
    "first_purchase": ("gift", marked("A gift for your first purchase")),
    "promo_code": ("gift", marked("Promo code")),
    "campaign": ("gift", marked("A gift from the programme")),
    "invitation": ("people", marked("An invited friend")),
    "correction": ("plus", marked("Added by the operator")),
}
_DEBIT = ("warning", marked("Taken off by the operator"))
_PURCHASE = ("bag", marked("A purchase"))
_TOLD = {
    "waits_for_store": marked("The store has reported the purchase and has yet to confirm it."),
    "waits_for_money": marked("The store has confirmed the purchase and has yet to pay for it."),
    "confirmed": marked("Confirmed: it is yours, and will be paid out on the 1st."),
    "set_aside": marked("Confirmed, and being paid out just now."),
    "spent": marked("Paid out in full."),
    "spent_in_part": marked("Paid out in part; the rest will be paid out on the 1st."),
    "repaid_debt": marked("Confirmed, and used up by what you owed."),
    "not_approved": marked("The store did not approve the purchase."),
    "returned": marked("The goods were returned."),
    "waits_for_purchase": marked("It waits until the store confirms the purchase it goes with."),
    "purchase_fell": marked("The purchase that it went with did not stand."),
    "corrected": marked("The operator corrected your points."),
}
_SPENT_ON = {
    "top_up": marked("A phone was topped up"),
    "certificate": marked("A certificate for a smartphone"),
}
# Reasons that only repeat the status are no news to anybody.
_NO_REASON = {"", "returned", "declined"}


def picture(bonus: Bonus) -> str:
    """Name the icon that tells a purchase, a gift, a friend and a debit apart."""
    return _kind(bonus)[0]


def title(bonus: Bonus) -> str:
    """Say what a bonus is of: the store's name, or what it was given for."""
    return str(bonus["store_name"] or gettext(_kind(bonus)[1]))


def status(bonus: Bonus) -> tuple[str, str]:
    """Answer the look and the word of a bonus's status."""
    look, word = STATUSES[bonus["status"]]
    return look, gettext(word)


def told(bonus: Bonus) -> str:
    """Say why a bonus stands as it does; a code that is new here in the service's own words."""
    said = bonus["status_told"]
    return gettext(_TOLD[said["code"]]) if said["code"] in _TOLD else str(said["in_words"])


def reason(bonus: Bonus) -> str:
    """Answer the store's or the clerk's own words, if there are any."""
    words = bonus["reason"] or ""
    return "" if words in _NO_REASON else str(words)


def spent_on(kind: str) -> str:
    """Say what a part of a bonus was spent on."""
    return gettext(_SPENT_ON[kind]) if kind in _SPENT_ON else kind


def computation(bonus: Bonus) -> list[tuple[str, str]]:
    """Show how a purchase's bonus was computed, line by line, to be checked with a pencil.

    Example: paid 1 050 ₽; rate 15 %; 15 % of it 157,50 ₽; rounded down 157 ₽. Empty for a bonus
    that is of no purchase, and where the rate is not told.
    """
    why, applied = bonus["why"], bonus["why"].get("rate")
    if applied is None or why["paid_minor"] is None:
        return []
    lines = [(gettext("You paid"), sums.paid(why["paid_minor"], why["currency"]))]
    in_rubles = _in_rubles(why)
    if why["currency"] != "RUB":
        one = sums.exact(Decimal(why["rate_micro"]) / _MICRO)
        lines.append((gettext("In rubles, at %(rate)s") % {"rate": one}, sums.exact(in_rubles)))
    if applied["kind"] == "none":
        return [*lines, (gettext("The store's terms give nothing for these goods"), rubles(0))]
    if applied["kind"] == "flat":
        flat = rubles(applied["rubles"])
        return [*lines, (gettext("For each purchase, whatever its price"), flat)]
    share = in_rubles * applied["basis_points"] / 10_000
    percent = sums.rate(applied["basis_points"])
    lines.append((gettext("%(rate)s of it") % {"rate": percent}, sums.exact(share)))
    if share != int(share):
        lines.append((gettext("Rounded down to whole rubles"), rubles(int(share))))
    return lines


def _in_rubles(why: Mapping[str, Any]) -> Decimal:
    amount = Decimal(why["paid_minor"]).scaleb(-minor_units(why["currency"]))
    return amount * int(why["rate_micro"]) / _MICRO


def _kind(bonus: Bonus) -> tuple[str, str]:
    if bonus["amount"] < 0:
        return _DEBIT
    return _SOURCES.get(bonus["source"], _PURCHASE)
