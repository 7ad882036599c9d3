"""Whose messages made a value of a conversion what it is."""

from collections.abc import Mapping

from services.partner_postback.formats.request import Source
from services.partner_postback.match.sides import Field, Said, values_of
from services.partner_postback.match.subjects import Subject
from services.partner_postback.verdicts import Verdict

# Each is left out once: of more, who says the same is answer enough.
_MOST_LEFT_OUT = 50


def deciders(subject: Subject, field: Field, named: Mapping[Source, str | int]) -> list[Source]:
    """Answer the sides without whose messages the value that counts would be another.

    Where no single message makes the difference (two say the same), they are the sides whose own
    messages lead to that value. Example: approved by push and by file: both.
    """
    accepted = [one for one in subject.said if one.verdict is Verdict.ACCEPTED]
    decisive = _decisive(accepted, field) if len(accepted) <= _MOST_LEFT_OUT else set()
    assert subject.counts is not None
    counts = subject.counts.of(field)
    same = {one for one, value in named.items() if value == counts}
    return sorted(decisive or same)


def _decisive(accepted: Said, field: Field) -> set[Source]:
    whole = values_of(one.said for one in accepted).of(field)
    return {
        left_out.source
        for left_out in accepted
        if values_of(one.said for one in accepted if one is not left_out).of(field) != whole
    }
