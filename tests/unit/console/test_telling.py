"""What services say by code is shown in the clerk's language, the rest in their own words."""

import pytest

from services.bonus_status.telling.status import StatusCode
from services.console.telling import holds, said
from services.partner_postback.domain.attribution import Hold
from services.partner_postback.holds.sentences import WAITS_FOR, WHAT_TO_DO
from services.partner_postback.sentences import Effect


@pytest.mark.usefixtures("_in_russian")
@pytest.mark.parametrize("code", list(StatusCode))
def test_every_status_is_told_in_russian(code: str) -> None:
    bonus = {"status_told": {"code": code, "in_words": "In English."}, "reason": None}
    assert said.stands(bonus) != "In English."


@pytest.mark.usefixtures("_in_russian")
@pytest.mark.parametrize("code", [*Hold, *(one for one in Effect if one is not Effect.OVERRULED)])
def test_every_verdict_is_told_in_russian(code: str) -> None:
    assert said.verdict({"code": code, "detail": "In English."}) != "In English."


@pytest.mark.usefixtures("_in_russian")
def test_a_code_of_tomorrow_is_told_in_the_service_s_words() -> None:
    assert said.verdict({"code": "of_tomorrow", "detail": "In English."}) == "In English."


@pytest.mark.usefixtures("_in_russian")
def test_a_reason_that_somebody_wrote_stays_beside_the_status() -> None:
    told = {"code": "not_approved", "in_words": ""}
    assert said.stands({"status_told": told, "reason": "test order"}) == (
        "Магазин не одобрил покупку. test order"
    )


def test_in_english_the_service_s_own_words_say_most() -> None:
    bonus = {"status_told": {"code": "spent", "in_words": "Paid out; 5 owed."}, "reason": None}
    assert said.stands(bonus) == "Paid out; 5 owed."


@pytest.mark.usefixtures("_in_russian")
@pytest.mark.parametrize("code", list(Hold))
def test_a_clerk_reads_in_russian_what_a_held_report_waits_for_and_what_to_do(code: Hold) -> None:
    held = {
        "code": code,
        "waits_for": WAITS_FOR[code],
        "can_release": code not in WHAT_TO_DO,
        "what_to_do": WHAT_TO_DO.get(code),
    }
    assert holds.waits_for(held) != WAITS_FOR[code]
    assert holds.to_do(held) not in ("", "None", WHAT_TO_DO.get(code))


def test_what_may_be_released_says_so() -> None:
    held = {"code": "claimed", "waits_for": "a clerk", "can_release": True, "what_to_do": None}
    assert "release or refuse it" in holds.to_do(held)
