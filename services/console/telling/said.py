"""What services say by code, in the clerk's language; a code that is new here in their own words.

Reasons of bonuses and verdicts on reports are English sentences with a code beside them, and may
name sums and somebody's own words: in English they are shown as they are, otherwise by their code.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from babel.numbers import format_currency, format_decimal

from shared.pages.words import SOURCE_LANGUAGE, gettext, language, locale, marked
from shared.pages.written import day, rubles

Told = Mapping[str, Any]
_STANDS = {
    "waits_for_store": marked("The store has reported the purchase and has yet to confirm it."),
    "waits_for_money": marked("The store has confirmed the purchase and has yet to pay for it."),
    "confirmed": marked("Confirmed: it will be paid out on the 1st of next month."),
    "set_aside": marked("Confirmed, and set aside for a payout that is under way."),
    "spent": marked("Paid out."),
    "spent_in_part": marked("Paid out in part; the rest will be paid out on the 1st."),
    "repaid_debt": marked("Confirmed, and used up by what was owed."),
    "not_approved": marked("The store did not approve the purchase."),
    "returned": marked("The goods were returned."),
    "waits_for_purchase": marked("Waits until the store confirms the purchase it depends on."),
    "purchase_fell": marked("No purchase that it depends on stands."),
    "corrected": marked("Corrected by the operator."),
}
_SOURCES = {
    "email_linked": marked("gift for an e-mail address"),
    "profile_filled": marked("gift for a profile"),
    "first_purchase": marked("gift for a first purchase"),
    "promo_code": marked("promo code"),
    "campaign": marked("gift of the programme"),
    "invitation": marked("invited friend"),
    "correction": marked("correction"),
}
_VERDICTS = {
    "no_click": marked("The order names no click: a clerk must see whose it is."),
    "unknown_click": marked("The click id is not ours, or it was cut or changed on its way."),
    "unknown_store": marked("The store of this click is not known here yet."),
    "click_of_other_store": marked("The click led to a store that this partner does not report."),
    "click_too_old": marked("The order came later after its click than the store's window allows."),
    "order_before_click": marked("The order was placed before its click."),
    "unknown_order": marked("Nothing was reported of this order line yet."),
    "no_rate": marked("There is no exchange rate for this currency yet."),
    "other_click": marked("This order line was reported before with another click."),
    "other_currency": marked("This order line was reported before in another currency."),
    "amount_too_large": marked("The amount is too large to pass without a clerk."),
    "amount_of_several_lines": marked(
        "The amount is of the whole order, not the sum of its lines."
    ),
    "cart_incomplete": marked("The order has more lines than have come."),
    "store_paused": marked("The store of this click is paused."),
    "unknown_category": marked("The store's terms at the click name no such category of goods."),
    "over_cap": marked("With this the order is worth more than its store's cap for one order."),
    "suspected_fraud": marked("A rule against fraud asks a clerk to look at it first."),
    "claimed": marked("The order is recorded already, by a claim or by a report."),
    "recorded": marked("The purchase is recorded."),
    "changed": marked("The purchase has changed."),
    "unchanged": marked("Kept; the purchase stays as it was."),
    "known_message": marked("The same message was accepted before."),
    "known_return": marked("The same return was accepted before; it counts once."),
    "conversion_exists": marked("The purchase exists: of several such reports the first counts."),
    "redelivered": marked("This message was received before."),
}
_EARLY = marked("Begun before its month: what accrues after the cut-off waits for a later run.")
_OUTLIERS = marked("Large payouts, far above the median of their kind.")
_BASES = {
    "promise": marked("by %(by)s, as the store promises"),
    "experience": marked("about %(at)s, at the latest by %(by)s, as the store did before"),
}


def named(bonus: Told) -> str:
    """Name a bonus by its store, or by what it was given for."""
    source = str(bonus["source"])
    return str(bonus["store_name"] or gettext(_SOURCES.get(source, source)))


def stands(bonus: Told) -> str:
    """Say how a bonus stands, with the store's or a clerk's own words where there are any."""
    told, words = bonus["status_told"], bonus.get("reason") or ""
    if language() == SOURCE_LANGUAGE or told.get("code") not in _STANDS:
        return str(told["in_words"])
    said = gettext(_STANDS[told["code"]])
    is_news = words and words not in {"returned", "declined", "approved", "pending"}
    return f"{said} {words}" if is_news else said


def expected(bonus: Told) -> str:
    """Say when a pending bonus is expected, and by what that is known; "" of any other."""
    when = bonus.get("expected")
    if not when:
        return ""
    if when.get("basis") not in _BASES:
        return str(when["in_words"])
    return gettext(_BASES[when["basis"]]) % {"at": day(when["at"]), "by": day(when["by"])}


def how_much(bonus: Told) -> str:
    """Say by which rate a bonus came to its amount."""
    why, applied = bonus["why"], bonus["why"].get("rate")
    if language() == SOURCE_LANGUAGE or applied is None or not why.get("paid_minor"):
        return str(why["in_words"] or "")
    if applied["kind"] == "none":
        return gettext("The store's terms give nothing for these goods.")
    if applied["kind"] == "flat":
        return gettext("%(sum)s for each purchase, whatever its price.") % {
            "sum": rubles(applied["rubles"])
        }
    percent = format_decimal(Decimal(applied["basis_points"]) / 100, locale=locale())
    return gettext("%(percent)s %% of what was paid, in whole rubles, rounded down.") % {
        "percent": percent
    }


def verdict(receipt: Told) -> str:
    """Say why a report has its verdict."""
    code, detail = receipt.get("code"), str(receipt.get("detail") or "")
    is_translated = language() != SOURCE_LANGUAGE and code in _VERDICTS
    return gettext(_VERDICTS[str(code)]) if is_translated else detail


def note(run: Told) -> str:
    """Say what is unusual about a run: there is one such note, that it was begun early."""
    if language() == SOURCE_LANGUAGE or not run.get("note"):
        return str(run.get("note") or "")
    return gettext(_EARLY)


def outliers(review: Told) -> str:
    """Say which payouts a clerk is asked to look at."""
    return str(review["outliers_are"]) if language() == SOURCE_LANGUAGE else gettext(_OUTLIERS)


def headline(store: Told) -> str:
    """Say what a store gives at best: `up to 15 %`."""
    best, said = str(store["headline"]).removeprefix("up to "), str(store["headline"])
    return said if best == said else gettext("up to %(best)s") % {"best": best}


def money(minor: int, currency: str) -> str:
    """Write what an order cost, exactly and in its own currency."""
    return str(format_currency(Decimal(minor) / 100, currency, locale=locale()))


FILTERS = {
    "headline": headline,
    "money": money,
    "note": note,
    "outliers": outliers,
    "named": named,
    "stands": stands,
    "expected": expected,
    "how_much": how_much,
    "verdict": verdict,
}
