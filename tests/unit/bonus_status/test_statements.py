"""A statement adds up: opening + earned + corrected - spent = closing, whatever happened."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant

from services.bonus_status.ledger import Movement, Posting
from services.bonus_status.statements.languages import LANGUAGES
from services.bonus_status.statements.pdf import as_pdf
from services.bonus_status.statements.posted import Posted
from services.bonus_status.statements.statement import (
    MOST_LINES,
    Kind,
    MonthNotBegun,
    Statement,
    draw_up,
    effect,
    kind_of,
)
from services.bonus_status.statements.table import as_csv
from shared.months import Month
from tests.support import bonuses
from tests.unit.bonus_status.test_ledger_model import OneMember

NOVEMBER = Month(2026, 11)
AFTERWARDS = datetime(2026, 12, 2, tzinfo=UTC)


def posted(movement: Movement, amount: int = 76, **changes: Any) -> Posted:
    known: dict[str, Any] = {
        "posted_at": bonuses.REPORTED_AT,
        "corrects": None,
        "bonus_id": bonuses.TERMS_ID,
        "store_id": bonuses.STORE,
        "store_name": "AliExpress",
        "payout_id": None,
        "payout_kind": None,
        "given_for": "purchase",
        "reason": None,
        "sentence": None,
        "event_id": bonuses.TERMS_ID,
        "event_repaid": 0,
    }
    source, destination = movement.value
    return Posted(source=source, destination=destination, amount=amount, **(known | changes))


def drawn_up(*lines: Posted, opening: int = 0, now: datetime = AFTERWARDS) -> Statement:
    return draw_up(bonuses.BUYER, NOVEMBER, opening, lines, now)


@pytest.mark.parametrize(
    ("movement", "corrects", "kind"),
    [
        (Movement.CONFIRMED, None, Kind.EARNED),
        (Movement.CREDITED, None, Kind.EARNED),
        (Movement.CREDITED, "an earlier fact", Kind.CORRECTED),
        (Movement.TAKEN_BACK, "an earlier fact", Kind.CORRECTED),
        (Movement.OWED, None, Kind.CORRECTED),
        (Movement.SPENT, None, Kind.SPENT),
        (Movement.BROUGHT_BACK, "the spending", Kind.CORRECTED),
    ],
)
def test_what_a_posting_counts_as(movement: Movement, corrects: str | None, kind: Kind) -> None:
    assert kind_of(posted(movement, corrects=corrects)) is kind


@pytest.mark.parametrize(
    "movement",
    [
        Movement.REPORTED,
        Movement.DROPPED,
        Movement.RESERVED,
        Movement.RELEASED,
        Movement.REPAID,
    ],
)
def test_what_moves_within_the_member_is_no_line(movement: Movement) -> None:
    assert drawn_up(posted(movement)).lines == ()


def test_a_purchase_spent_and_then_returned_ends_in_a_debt() -> None:
    told = drawn_up(
        posted(Movement.CONFIRMED),
        posted(Movement.SPENT, payout_kind="top_up"),
        posted(Movement.OWED, corrects="the credit"),
        opening=10,
    )
    assert (told.earned, told.corrected, told.spent, told.closing) == (76, -76, 76, -66)
    assert [one.in_words for one in told.lines] == [
        "Confirmed by the store",
        "Spent on a top-up",
        "Taken back by the store after it was spent: a debt",
    ]


def test_a_month_that_is_under_way_is_not_final_and_one_ahead_is_refused() -> None:
    assert not drawn_up(now=datetime(2026, 11, 30, 21, 9, tzinfo=UTC)).is_final
    assert drawn_up(now=datetime(2026, 11, 30, 21, 10, tzinfo=UTC)).is_final
    with pytest.raises(MonthNotBegun):
        drawn_up(now=datetime(2026, 10, 31, 20, 59, tzinfo=UTC))


def test_lines_beyond_the_limit_are_counted_and_said_to_be_left_out() -> None:
    told = drawn_up(*[posted(Movement.CREDITED, 1)] * (MOST_LINES + 3))
    assert (told.earned, len(told.lines), told.lines_left_out) == (MOST_LINES + 3, MOST_LINES, 3)
    assert "3 more lines are not listed" in as_csv(told)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(Movement), st.integers(1, 10**9), st.none() | st.just("a fact")),
        max_size=30,
    ),
    st.integers(-(10**9), 10**9),
)
def test_the_sums_are_those_of_the_lines_in_every_way_of_writing(
    moves: list[tuple[Movement, int, str | None]], opening: int
) -> None:
    told = drawn_up(*(posted(one, much, corrects=why) for one, much, why in moves), opening=opening)
    assert told.closing == told.opening + sum(one.points for one in told.lines)
    assert told.earned >= 0
    assert told.spent >= 0
    rows = {row["kind"]: row for row in csv.DictReader(io.StringIO(as_csv(told)))}
    figures = {name: int(row["points"].lstrip("'")) for name, row in rows.items()}
    assert figures["closing"] == (
        figures["opening"]
        + figures["total_earned"]
        + figures["total_corrected"]
        - figures["total_spent"]
    )


def test_no_spreadsheet_runs_the_name_of_a_store() -> None:
    said = as_csv(drawn_up(posted(Movement.CREDITED, store_name='=HYPERLINK("http://x")')))
    assert "'=HYPERLINK" in said


def test_a_pdf_takes_any_name_of_a_store_and_is_the_same_each_time() -> None:
    told = drawn_up(posted(Movement.CREDITED, store_name="Перекрёсток <b>& </para>\x00"))
    pdf = as_pdf(told)
    assert pdf.startswith(b"%PDF-")
    assert pdf == as_pdf(told)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pdf_is_the_same_each_time_in_every_language(language: str) -> None:
    told = drawn_up(posted(Movement.CREDITED))
    assert as_pdf(told, language) == as_pdf(told, language)
    assert (as_pdf(told, language) == as_pdf(told)) == (language == "en")


class MonthsOfOneMember(OneMember):
    """INVARIANT: cut the ledger anywhere: each month's closing is the next one's opening."""

    @invariant()
    def every_cut_adds_up(self) -> None:
        lines = [_as_read(one) for one in self.books.postings]
        cut = len(lines) // 2
        opening = sum(effect(one.source, one.destination) * one.amount for one in lines[:cut])
        first, second = drawn_up(*lines[:cut]), drawn_up(*lines[cut:], opening=opening)
        account = self.books.accounts[bonuses.BUYER]
        assert first.closing == second.opening
        assert second.closing == account.accrued + account.reserved - account.debt
        assert first.spent + second.spent >= account.written_off
        assert min(first.earned, second.earned, first.spent, second.spent) >= 0


def _as_read(one: Posting) -> Posted:
    return Posted(
        one.posted_at,
        one.source,
        one.destination,
        one.amount,
        one.corrects,
        one.bonus_id,
        one.store_id,
        "AliExpress",
        one.payout_id,
        "top_up" if one.payout_id else None,
        "purchase",
        None,
        None,
        one.event_id,
        0,
    )


TestMonthsOfOneMember: Any = MonthsOfOneMember.TestCase
TestMonthsOfOneMember.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
