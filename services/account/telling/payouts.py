"""What the 1st of the month will do, in words: from the forecast that payout computes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.account.telling.sums import masked
from shared.pages.words import gettext, marked
from shared.pages.written import day_of_year, rubles

Forecast = Mapping[str, Any]
Goal = Mapping[str, Any]

# Why a member is paid nothing at all, and why points stay when something is paid.
_NOTHING = {
    "nothing": marked(
        "There is nothing to pay out yet. Whatever a store confirms before then will be."
    ),
    "debt": marked("Nothing is paid out while something is owed: your next points repay it first."),
    "blocked": marked("Your account is blocked, so nothing is paid out. Please call the operator."),
    "erased": marked("This account is closed, so nothing is paid out."),
    "under_minimum": marked(
        "%(sum)s is too little for a payment. It stays yours and is carried over to the next month."
    ),
    "saving": marked("%(sum)s stays in your piggy bank: you are saving for a smartphone."),
    "paused": marked("Your goals are paused: %(sum)s stays yours until you let them go on."),
    "no_consent": marked(
        "%(sum)s stays with you: the owner of the number has not agreed to be topped up."
    ),
    "no_goal": marked("%(sum)s stays with you: no goal asks for it. Add one, and it will be used."),
}
_STAYS = {
    "monthly_limit": marked("%(sum)s stays for the month after: your goals have a monthly limit."),
    "largest_top_up": marked("%(sum)s stays for the month after: a top-up cannot be larger."),
    "under_minimum": marked("%(sum)s stays for the month after: it is too little for a payment."),
    "no_goal": marked("%(sum)s stays for the month after: no goal asks for it."),
}
_ELSEWHERE = marked(
    "%(sum)s is not counted here: it is in a payout that is under way, or was confirmed just now."
)
_STAYS_ANYHOW = marked("%(sum)s stays with you for the month after.")
_WAITS = {
    "paused": marked("Paused: passed over until you let it go on"),
    "no_consent": marked("Waits: the owner of the number has not agreed"),
    "under_minimum": marked("Waits: too little for a payment"),
    "held": marked("Waits: the certificate above it is saved for first"),
    "nothing_left": marked("Nothing is left for it this time"),
    "nothing": marked("Nothing to pay out yet"),
    "debt": marked("Waits until what you owe is repaid"),
    "blocked": marked("Waits: your account is blocked"),
    "erased": marked("Waits: this account is closed"),
}


@dataclass(frozen=True, slots=True)
class Numbers:
    """The telephone numbers that goals name: the member's own, and his relatives' by their id."""

    own: str = ""
    relatives: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def of(self, goal: Goal) -> str:
        """Say whose number a goal tops up: `+7 ··· 45-67`, or `mother, +7 ··· 11-22`."""
        if goal["relative_id"] is None:
            return masked(self.own) if self.own else gettext("your phone")
        relative = self.relatives.get(goal["relative_id"])
        if relative is None:
            return gettext("a relative's phone")
        phone = relative["phone"]
        return f"{relative['label']}, {masked(phone)}" if phone else str(relative["label"])


def numbers(own: str, relatives: Iterable[Mapping[str, Any]]) -> Numbers:
    """Put the numbers together from what members answered."""
    return Numbers(own, {one["relative_id"]: one for one in relatives})


def on_the_first(coming: Forecast, known: Numbers, available: int = 0) -> list[str]:
    """Say what the next run does, sentence by sentence.

    Example: "On 1 December, 450 ₽ will top up +7 ··· 45-67." and "91 ₽ stays for the month after:
    no goal asks for it." `available` is what the books say: a run that is planned and not released
    yet has counted points already, and "nothing to pay out" beside them would frighten.
    """
    elsewhere = 0 if coming.get("debt") else available - coming.get("accrued", available)
    if elsewhere > 0:
        told = gettext(_ELSEWHERE) % {"sum": rubles(elsewhere)}
        return [told, *(_sentences(coming, known) if coming["accrued"] else [])]
    return _sentences(coming, known)


def name_of(goal: Goal, known: Numbers) -> str:
    """Say what a goal is: a number, or a smartphone and the certificate that is saved for."""
    if goal["kind"] == "top_up":
        name = known.of(goal)
        return name[:1].upper() + name[1:]
    if goal["target"] is None:
        return gettext("A smartphone: the largest certificate that fits")
    return gettext("A smartphone: a certificate of %(sum)s") % {"sum": rubles(goal["target"])}


def of_goal(goal: Goal, coming: Forecast) -> str:
    """Say what the next run does for one goal."""
    when = {"day": day_of_year(coming["cutoff_at"]), "sum": rubles(goal["amount"])}
    if goal["amount"]:
        return gettext("%(sum)s on %(day)s") % when
    if goal["waits"] == "saving":
        return gettext("%(sum)s more to go") % {"sum": rubles(goal.get("missing", 0))}
    return gettext(_WAITS.get(goal["waits"] or "nothing_left", _WAITS["nothing_left"]))


def _sentences(coming: Forecast, known: Numbers) -> list[str]:
    paid = [_paid(goal, coming, known) for goal in coming["goals"] if goal["amount"]]
    stays, why = coming.get("carried_over", 0), (coming.get("reasons") or [""])[0]
    if not paid:
        words = _NOTHING.get(why, _STAYS_ANYHOW if stays else _NOTHING["nothing"])
        return [gettext(words) % {"sum": rubles(stays)}]
    if not stays:
        return paid
    return [*paid, gettext(_STAYS.get(why, _STAYS_ANYHOW)) % {"sum": rubles(stays)}]


def _paid(goal: Goal, coming: Forecast, known: Numbers) -> str:
    said = {"day": day_of_year(coming["cutoff_at"]), "sum": rubles(goal["amount"])}
    if goal["kind"] == "certificate":
        return (
            gettext(
                "On %(day)s, %(sum)s will become a certificate for a smartphone; its code"
                " comes by SMS."
            )
            % said
        )
    said["number"] = known.of(goal)
    return gettext("On %(day)s, %(sum)s will top up %(number)s.") % said
