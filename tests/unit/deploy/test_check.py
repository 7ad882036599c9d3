"""A check holds when nothing that should be zero is not."""

from deploy.verify.check import Check


def test_figures_that_only_say_of_how_many_do_not_matter() -> None:
    check = Check("books balance", seen={"postings": 24}, wrong={"sum": 0})
    assert check.holds


def test_a_figure_below_zero_is_wrong_too() -> None:
    check = Check("books balance", seen={"postings": 24}, wrong={"sum": -5, "unbalanced": 0})
    assert not check.holds
    assert check.faults == {"sum": -5}
