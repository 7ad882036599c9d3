"""What services refuse, told to a visitor in his language beside the field it is about."""

from collections.abc import Mapping

import structlog

from services.account.services import Refused
from shared.pages.form import Form
from shared.pages.words import gettext, marked

log = structlog.get_logger()
# A refusal's code → the field of the page, "" for the form as a whole, and the sentence.
Sentences = Mapping[str, tuple[str, str]]

_UNKNOWN = marked("This could not be done. Look at what you typed, or try again a little later.")
_ALWAYS: Sentences = {
    "invalid_phone": (
        "phone",
        marked("Give a mobile number with its country code, such as +7 926 123-45-67."),
    ),
    "wrong_captcha": (
        "answer",
        marked("The answer to the question was not right; here is another one."),
    ),
    "captcha_over": ("answer", marked("The check has run out; please send the form once more.")),
    "too_many_questions": (
        "answer",
        marked("Too many questions were answered from here. Try again in an hour."),
    ),
    "wrong_code": ("code", marked("This is not the code we sent. Look at it once more.")),
    "code_over": ("code", marked("This code counts no longer. Ask for a new one.")),
    "code_sent_just_now": (
        "code",
        marked("A code is on its way. Another one can be sent a minute after the last."),
    ),
    "too_many_codes": (
        "",
        marked("Too many codes were asked for. Try again in an hour, or tomorrow."),
    ),
    "member_blocked": ("", marked("This account is blocked. Please call the operator.")),
}


def tell(form: Form, refusal: Refused, sentences: Sentences | None = None) -> Form:
    """Note a refusal on a form; a code that nobody thought of is logged and told in general."""
    known = {**_ALWAYS, **(sentences or {})}
    if refusal.code in known:
        field, sentence = known[refusal.code]
        return form.refuse([(field, gettext(sentence))])
    log.warning("account.refused", code=refusal.code, status=refusal.status)
    # The fields are still named, in the service's own words, rather than not at all.
    return form.refuse(refusal.faults or [("", gettext(_UNKNOWN))])


def said(refusal: Refused, sentences: Sentences) -> str:
    """Answer the sentence alone, where there is no form to show again."""
    return " ".join(tell(Form(), refusal, sentences).errors.values())
