"""Limits of codes, the alarm against pumping, and how a code is kept: pure rules."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.members.codes.domain import CODE_LASTS, Code, Purpose
from services.members.codes.limits import (
    HOME_IS_ALLOWED_TIMES,
    LIMITS,
    Counts,
    Whose,
    limit_reached,
    prefix_of,
)
from services.members.codes.pumping import FEWEST_SENT, LOWEST_PERCENT, looks_pumped
from services.members.codes.sealing import Codes
from shared.addresses import address_counted
from shared.sealed import BrokenSeal

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SUBJECT = UUID(int=7)
CODES = Codes([b"k" * 32])
COUNTS = st.fixed_dictionaries(
    {(limit.whose, limit.window): st.integers(0, 60_000) for limit in LIMITS}
)


@given(COUNTS, st.sampled_from(["+7", "+46", "+380"]))
def test_a_limit_is_reached_exactly_where_a_count_has_come_to_it(
    counts: Counts, prefix: str
) -> None:
    reached = limit_reached(counts, prefix)
    times = HOME_IS_ALLOWED_TIMES if prefix == "+7" else 1
    over = [
        limit
        for limit in LIMITS
        if counts[limit.whose, limit.window]
        >= limit.most * (times if limit.whose is Whose.PREFIX else 1)
    ]
    assert (reached is None) == (not over)
    if reached is not None:
        assert reached.window == max(limit.window for limit in over)


@given(st.integers(0, 10_000), st.data())
def test_the_alarm_falls_with_each_code_that_comes_back(sent: int, data: st.DataObject) -> None:
    back = data.draw(st.integers(0, sent))
    alarm = looks_pumped(sent, back)
    assert alarm == (sent >= FEWEST_SENT and back / sent < LOWEST_PERCENT / 100)
    if not alarm and back < sent:
        assert not looks_pumped(sent, back + 1)


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        (" 2001:db8:1:2:3:4:5:6 ", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
    ],
)
def test_an_ipv6_line_is_one_address(text: str, counted: str) -> None:
    assert address_counted(text) == counted


@given(st.text(max_size=40))
def test_what_is_no_address_is_refused_and_nothing_else_happens(text: str) -> None:
    try:
        counted = address_counted(text)
    except ValueError:
        return
    assert address_counted(counted.partition("/")[0]) == counted


@pytest.mark.parametrize(
    ("phone", "prefix"), [("+79261234567", "+7"), ("+46701234567", "+46"), ("+12025550123", "+1")]
)
def test_a_country_is_told_by_its_prefix(phone: str, prefix: str) -> None:
    assert prefix_of(phone) == prefix


def _kept(digits: str | None, purpose: Purpose = Purpose.SIGN_IN, number: int = 1) -> Code:
    sealed = CODES.seal(digits, SUBJECT, purpose, number)
    return Code(SUBJECT, purpose, number, sealed, 5, NOW, NOW + CODE_LASTS)


@given(st.from_regex(r"[0-9]{6}", fullmatch=True), st.from_regex(r"[0-9]{6}", fullmatch=True))
def test_a_code_fits_itself_alone_and_no_code_fits_nothing(code: str, typed: str) -> None:
    assert CODES.fits(typed, _kept(code)) == (typed == code)
    assert not CODES.fits(typed, _kept(None))


def test_a_code_of_another_question_does_not_even_open() -> None:
    """INVARIANT: a sealed code moved to another row, purpose or number is worth nothing."""
    moved = _kept("123456").code_sealed
    for kept in (_kept("000000", number=2), _kept("000000", Purpose.ERASURE)):
        other = Code(SUBJECT, kept.purpose, kept.number, moved, 5, NOW, NOW + CODE_LASTS)
        with pytest.raises(BrokenSeal):
            CODES.fits("123456", other)


def test_a_code_counts_until_it_is_over_used_or_guessed_at_too_often() -> None:
    kept = _kept("123456")
    assert kept.counts_at(NOW + CODE_LASTS - timedelta(seconds=1))
    assert not kept.counts_at(NOW + CODE_LASTS)
    assert "123456" not in str(kept)
