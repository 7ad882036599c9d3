"""What a service refuses, told in the visitor's language beside the field that it is about."""

from collections.abc import Mapping

import structlog

from services.account.services import Refused
from shared.pages.form import Form
from shared.pages.words import gettext, marked

log = structlog.get_logger()
# A refusal's code → the field of the page ("": the form as a whole), and the sentence.
Sentences = Mapping[str, tuple[str, str]]
_UNKNOWN = marked("This did not work just now. Nothing was changed; try again a little later.")


def tell(form: Form, refusal: Refused, sentences: Sentences) -> Form:
    """Note a refusal on a form; a code that nobody thought of is logged and told in general."""
    if refusal.code not in sentences:
        log.warning("account.refused", code=refusal.code, status=refusal.status)
    field, sentence = sentences.get(refusal.code, ("", _UNKNOWN))
    return form.refuse([(field, gettext(sentence))])


def said(refusal: Refused, sentences: Sentences) -> str:
    """Answer the sentence alone, where there is no form to show again."""
    return "".join(tell(Form(), refusal, sentences).errors.values())
