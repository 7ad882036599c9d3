"""Days that a person chooses become moments."""

from datetime import UTC, datetime

from services.account.telling.periods import months_until, read_period
from shared.pages.form import Form


def test_days_are_whole_days_of_moscow() -> None:
    period = read_period(Form({"from": "2026-11-01", "to": "2026-11-30"}))
    assert period.query() == {"from": "2026-10-31T21:00:00Z", "to": "2026-11-30T21:00:00Z"}


def test_one_side_may_be_open() -> None:
    assert read_period(Form({"to": "2026-11-30"})).query() == {"to": "2026-11-30T21:00:00Z"}


def test_what_is_no_day_is_told_at_its_field() -> None:
    for typed in ("30.11.2026", "9999-12-31", "2026-02-30"):
        form = Form({"from": typed})
        assert not read_period(form).query()
        assert list(form.errors) == ["from"]


def test_the_last_twelve_months_begin_with_this_one() -> None:
    """In Moscow it is December already."""
    months = months_until(datetime(2026, 11, 30, 21, 0, tzinfo=UTC))
    assert [str(months[0]), str(months[-1])] == ["2026-12", "2026-01"]
