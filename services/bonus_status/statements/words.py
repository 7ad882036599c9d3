"""What happened, in the words that the member reads of the same bonus elsewhere. Pure."""

from services.bonus_status.domain import Source
from services.bonus_status.ledger import Place
from services.bonus_status.statements.languages import Speak, english, marked
from services.bonus_status.statements.posted import HELD, Posted

# What the rules say to members as they are shipped (sources/rules.yaml).
_SHIPPED = (
    marked("For linking your e-mail address."),
    marked("For filling in your profile."),
    marked("For your first purchase, confirmed together with it."),
    marked(
        "For inviting a friend, confirmed with the friend's first confirmed purchase;"
        " 1 000 points in all."
    ),
)


def in_words(one: Posted, debt: int, gettext: Speak = english) -> str:
    """Say why a posting changed what the member holds; `debt`: how much of it nothing covered.

    Examples: "For linking your e-mail address."; "Corrected by the operator: a call of the 3rd;
    24 points of it are a debt."; "Taken back by the store after it was spent: a debt".
    """
    if one.destination == Place.WRITTEN_OFF:
        return {
            "top_up": gettext("Spent on a top-up"),
            "certificate": gettext("Spent on a certificate"),
        }.get(one.payout_kind or "", gettext("Spent on a payout"))
    if one.source == Place.WRITTEN_OFF:
        return {
            "top_up": gettext("Given back: the top-up was reversed"),
            "certificate": gettext("Given back: the certificate was reversed"),
        }.get(one.payout_kind or "", gettext("Given back: the payout was reversed"))
    if one.given_for == Source.CORRECTION:
        reason = (one.reason or gettext("no reason was kept")).rstrip(".")
        owed = f"; {_owed(one, debt, gettext)}" if debt else ""
        return gettext("Corrected by the operator: %(reason)s.") % {"reason": reason + owed}
    if one.sentence is None:
        return _of_a_purchase(one, debt, gettext)
    return _of_a_gift(one, debt, gettext(one.sentence), gettext)


def _of_a_purchase(one: Posted, debt: int, gettext: Speak) -> str:
    if one.source == Place.MEMBER_DEBT:
        taken = gettext("Taken back by the store after it was spent")
        return f"{taken}: {_owed(one, debt, gettext)}" if debt else taken
    if one.source in HELD:
        return gettext("Taken back by the store")
    if one.corrects:
        return gettext("Amended by the store")
    return gettext("Confirmed by the store")


def _of_a_gift(one: Posted, debt: int, given_for: str, gettext: Speak) -> str:
    if one.source == Place.MEMBER_DEBT:
        taken = gettext("Taken back with its purchase after it was spent")
        owed = f" ({_owed(one, debt, gettext)})" if debt else ""
        return f"{taken}{owed}: {given_for}"
    if one.source in HELD:
        return gettext("Taken back with its purchase: %(gift)s") % {"gift": given_for}
    if one.corrects:
        return gettext("Amended with its purchase: %(gift)s") % {"gift": given_for}
    return given_for


def _owed(one: Posted, debt: int, gettext: Speak) -> str:
    if debt == one.amount:
        return gettext("a debt")
    return gettext("%(points)s points of it are a debt") % {"points": debt}
