"""Why a payout stands where it does, in the clerk's language.

A reason is a code, of payout or of the operator, or an English sentence that ends in what a
technician needs. Codes are said in words; a sentence, where English is not read, by how it begins,
with its own words behind it. What is new here is shown as it came.
"""

from shared.pages.words import SOURCE_LANGUAGE, gettext, language, marked

_CODES = {
    "declined": marked("The operator declined it and gave no reason."),
    "reversed": marked("The operator took it back and gave no reason."),
    "not_a_subscriber": marked("The number is not this operator's."),
    "unknown_number": marked("The operator does not know the number."),
    "barred": marked("The operator has barred the number."),
    "no_number": marked("The member has no number any more."),
    "no_consent": marked("The relative agrees no longer."),
    "blocked": marked("The member is blocked."),
    "erased": marked("The member's account is erased."),
    "unknown_member": marked("bonus_status does not know the member."),
    "debt": marked("The member owes points."),
    "not_enough": marked("Fewer points are free than its smallest sum."),
    "run_cancelled": marked("The run was cancelled."),
}
# The longest first: some begin as others do.
_BEGINNINGS = (
    ("the operator answered about payout", marked("The operator answered about another payout.")),
    ("the operator answered top-up", marked("The operator answered about another top-up.")),
    ("the operator answered", marked("The operator's answer does not fit, or is an error.")),
    ("the operator was not reached", marked("The operator was not reached.")),
    ("the number is not known yet", marked("The service members did not tell the number.")),
    ("an answer that cannot be read", marked("The operator's answer cannot be read.")),
    ("no answer", marked("The operator did not answer; it may have been paid all the same.")),
    ("accepted by the operator", marked("The operator accepted it and has yet to carry it out.")),
    ("given up", marked("A clerk gave it up.")),
)


def payout_reason(reason: str | None) -> str:
    """Say why a payout is where it is; "" where there is no reason.

    Example: "no answer: timed out" is, in Russian, that the operator did not answer, and then
    (no answer: timed out).
    """
    if not reason:
        return ""
    if reason in _CODES:
        return gettext(_CODES[reason])
    if language() == SOURCE_LANGUAGE:
        return reason
    for begins, said in _BEGINNINGS:
        if reason.startswith(begins):
            return f"{gettext(said)} ({reason})"
    return reason


FILTERS = {"payout_reason": payout_reason}
