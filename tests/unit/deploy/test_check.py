"""A check holds when nothing that should be zero is not."""

from deploy.cli.verify import as_table
from deploy.verify.check import Check


def test_figures_that_only_say_of_how_many_do_not_matter() -> None:
    check = Check("books balance", seen={"postings": 24}, wrong={"sum": 0})
    assert check.holds


def test_a_figure_below_zero_is_wrong_too() -> None:
    check = Check("books balance", seen={"postings": 24}, wrong={"sum": -5, "unbalanced": 0})
    assert not check.holds
    assert check.faults == {"sum": -5}


def test_figures_are_said_with_the_right_number() -> None:
    seen = {"certificate_payouts": 1, "top_up_payouts": 2, "members_with_a_debt": 1, "bonuses": 1}
    said = list(as_table([Check("all is well", seen=seen, wrong={})]).columns[2].cells)
    assert said == ["1 certificate payout\n2 top-up payouts\n1 member with a debt\n1 bonus"]


def test_one_file_and_one_row_are_no_files_and_rows() -> None:
    seen = {"files": 1, "rows": 1, "receipts": 1, "redemptions": 1}
    found = {"files_with_rows_lost_or_twice": 1}
    table = as_table([Check("all is well", seen=seen, wrong=found)])
    assert list(table.columns[2].cells) == ["1 file\n1 row\n1 receipt\n1 redemption"]
    assert list(table.columns[3].cells) == ["1 file with rows lost or twice"]
