"""What a member was told, in words: from the kinds and facts that notifications keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.pages.words import gettext, marked
from shared.pages.written import rubles

_WORDS = {
    "bonus_accrued": marked("%(sum)s from %(store)s is confirmed: it is yours."),
    "bonus_given": marked("%(sum)s from the programme is yours."),
    "bonus_rejected": marked("%(store)s did not confirm your purchase: there is no bonus for it."),
    "bonus_rejected_because": marked("No bonus for your purchase at %(store)s: %(reason)s."),
    "bonus_returned": marked("Your purchase at %(store)s was returned, and its bonus with it."),
    "bonus_debited": marked("The programme took %(sum)s back. The reason is in your history."),
    "bonus_debited_because": marked("The programme took %(sum)s back: %(reason)s."),
    "friend_bonus": marked("%(sum)s is yours: a friend whom you invited has bought something."),
    "top_up_completed": marked("Your cashback paid your phone: %(sum)s is on its balance."),
    "top_up_declined": marked("We could not top up your phone with %(sum)s. It stays yours."),
    "relative_topped_up": marked("Your cashback topped up your relative's phone with %(sum)s."),
    "relative_top_up_declined": marked(
        "We could not top up your relative's phone with %(sum)s. It stays yours."
    ),
    "points_returned": marked("The operator took a top-up back: %(sum)s is yours again."),
    "certificate_issued": marked("Your certificate is ready. Its code is among your certificates."),
    "certificate_reissued": marked("Your certificate has a new code. The one before is void."),
    "certificate_declined": marked("We could not issue your certificate: %(sum)s stays yours."),
    "certificate_voided": marked("Your certificate is cancelled: %(sum)s is yours again."),
    "claim_accepted": marked("Your claim about %(store)s is accepted: its bonus is on its way."),
    "claim_refused": marked("Your claim about %(store)s is refused. It says why."),
    "claim_refused_because": marked("Your claim about %(store)s is refused: %(reason)s."),
    "signed_in": marked("Your account was signed in to. If it was not you, change your password."),
    "password_changed": marked("Your password was changed, and all other devices signed out."),
    "phone_changed": marked("Your account has another phone number."),
    "email_changed": marked("Your account has another e-mail."),
}
_UNKNOWN = marked("There is news in your account.")
_HINTS = {
    "unknown_number": marked("The operator does not know the number: correct it in your goal."),
    "barred": marked("The number is barred: ask the operator, or choose another goal."),
    "not_a_subscriber": marked("The number is not our operator's: choose another goal."),
    "no_number": marked("Its owner does not agree any more: choose another goal."),
}
_TRIED_AGAIN = marked("We try again on the 1st of next month.")
# Where the news goes on: the page, and its picture.
_PLACES = {
    "bonuses": ("/me/history", "clock"),
    "payouts": ("/me/goals", "target"),
    "certificates": ("/me/certificates", "gift"),
    "claims": ("/me/claims", "question"),
    "friends": ("/me/friends", "people"),
    "account": ("/me/settings", "gear"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One notice as a page shows it."""

    words: str
    hint: str
    path: str
    picture: str
    made_at: str
    is_read: bool


def told(notice: Mapping[str, Any]) -> Told:
    """Put a notice into the visitor's words; a kind of a later day is told in general ones."""
    facts = notice["facts"]
    filled = {
        "sum": rubles(facts.get("amount", 0)),
        "store": facts.get("store_name", facts.get("store", "")),
        "reason": facts.get("reason", ""),
    }
    path, picture = _PLACES.get(notice["news"], ("/me", "person"))
    words = gettext(_WORDS.get(notice["kind"], _UNKNOWN)) % filled
    hint = gettext(_HINTS.get(facts["hint"], _TRIED_AGAIN)) if "hint" in facts else ""
    return Told(words, hint, path, picture, notice["made_at"], notice["is_read"])
