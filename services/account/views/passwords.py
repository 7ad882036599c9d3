"""A new password on a page: its rules, and which of them it breaks."""

from services.account.services import Refused
from shared.pages.form import Form
from shared.pages.words import gettext, marked

RULES = {
    "too_short": marked("At least 8 characters"),
    "too_long": marked("At most 128 characters"),
    "no_lower_case": marked("A small letter"),
    "no_upper_case": marked("A capital letter"),
    "no_digit": marked("A digit"),
    "too_common": marked("Not a password that many people use"),
    "like_phone_or_email": marked("Not your number or e-mail"),
}


def is_weak(form: Form, refusal: Refused) -> bool:
    """Mark the broken rules on the form, if that is what was refused."""
    if refusal.code != "weak_password":
        return False
    form.errors["password"] = gettext("The password needs something more. See the list above.")
    form.broken = refusal.problem["broken"]
    return True
