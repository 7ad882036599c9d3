"""A claim in the match of what partners say: a side where there is one, and missed nowhere."""

from services.partner_postback.formats.request import BY_PARTNERS, Source
from tests.unit.partner_postback.matching import FILE, PULL, PUSH, said
from tests.unit.partner_postback.test_match import only

EVERY_SIDE = list(Source)


def test_a_claim_is_a_side_where_there_is_one_and_missing_nowhere() -> None:
    claimed = only(said(Source.CLAIM, "approved"), sides=EVERY_SIDE)
    assert (list(claimed.sides), claimed.missing) == ([Source.CLAIM], list(BY_PARTNERS))
    assert only(said(PUSH, "approved"), sides=EVERY_SIDE).missing == [PULL, FILE]
