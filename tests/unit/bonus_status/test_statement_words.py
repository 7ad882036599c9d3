"""What a line of a statement says: why, in the member's words; a debt only where one is left."""

import pytest

from services.bonus_status.ledger import Movement
from services.bonus_status.statements.languages import LANGUAGES, speaks
from services.bonus_status.statements.posted import Posted
from services.bonus_status.statements.words import in_words
from tests.unit.bonus_status.test_statements import drawn_up, posted

FIRST = {"given_for": "first_purchase", "sentence": "For your first purchase."}


def debit(amount: int, repaid: int) -> Posted:
    known = {"given_for": "correction", "reason": "a call of the 3rd", "sentence": "Corrected."}
    return posted(Movement.OWED, amount, **known, event_repaid=repaid)


@pytest.mark.parametrize(
    ("repaid", "says"),
    [
        (100, "Corrected by the operator: a call of the 3rd."),
        (76, "Corrected by the operator: a call of the 3rd; 24 points of it are a debt."),
        (0, "Corrected by the operator: a call of the 3rd; a debt."),
    ],
)
def test_a_clerk_s_debit_says_his_reason_and_a_debt_only_where_one_is_left(
    repaid: int, says: str
) -> None:
    (line,) = drawn_up(debit(100, repaid)).lines
    assert (line.points, line.in_words) == (-100, says)


def test_a_credit_says_the_clerk_s_reason_too() -> None:
    one = posted(Movement.CREDITED, given_for="correction", reason="Sorry.", sentence="Corrected.")
    assert in_words(one, 0) == "Corrected by the operator: Sorry."


@pytest.mark.parametrize(
    ("movement", "corrects", "debt", "says"),
    [
        (Movement.CREDITED, None, 0, "For your first purchase."),
        (Movement.CONFIRMED, None, 0, "For your first purchase."),
        (Movement.CREDITED, "v1", 0, "Amended with its purchase: For your first purchase."),
        (Movement.TAKEN_BACK, "v1", 0, "Taken back with its purchase: For your first purchase."),
        (
            Movement.OWED, "v1", 76,
            "Taken back with its purchase after it was spent (a debt): For your first purchase.",
        ),
    ],
)  # fmt: skip
def test_a_gift_says_the_sentence_of_its_rule(
    movement: Movement, corrects: str | None, debt: int, says: str
) -> None:
    assert in_words(posted(movement, corrects=corrects, **FIRST), debt) == says


def test_what_one_event_repaid_covers_what_it_took_once() -> None:
    """A return of 76 points takes 30 of a gift along; 90 were free."""
    lines = drawn_up(
        posted(Movement.OWED, 76, event_repaid=90),
        posted(Movement.OWED, 30, **FIRST, event_repaid=90),
    ).lines
    of_purchase, of_gift = (one.in_words for one in lines)
    assert of_purchase == "Taken back by the store after it was spent"
    assert "after it was spent (16 points of it are a debt): For your first" in of_gift


def test_it_is_said_in_the_reader_s_language_and_a_clerk_s_own_words_as_he_wrote_them() -> None:
    given = posted(Movement.CREDITED, **FIRST | {"sentence": "For filling in your profile."})
    assert in_words(given, 0, speaks("sv")) == "För att du fyllde i din profil."
    corrected = posted(Movement.CREDITED, given_for="correction", reason="Sorry.", sentence="x")
    assert in_words(corrected, 0, speaks("sv")) == "Rättat av operatören: Sorry."
    own = posted(Movement.CREDITED, **FIRST | {"sentence": "For the summer of 2026."})
    assert {in_words(own, 0, speaks(one)) for one in LANGUAGES} == {"For the summer of 2026."}
