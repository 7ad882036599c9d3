"""A day reconciled again: the same file changes nothing, a corrected one explains its cases."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from services.payout.reconciliation import reconciling
from services.payout.reconciliation.days import ONE_DAY
from services.payout.reconciliation.reconciling import ReconciledMeanwhile
from services.payout.reconciliation.statement import UnreadableStatement
from services.payout.top_ups.billing import Billing
from tests.integration.payout.reconciliation.books import Books

TABLES = ("statement_files", "statement_lines", "reconciliations", "cases", "case_acts")


def sizes(books: Books) -> list[int]:
    return [books.count(table) for table in TABLES]


def test_the_same_file_again_changes_nothing(books: Books) -> None:
    """INVARIANT: one difference is one case, however often its day is reconciled."""
    books.paid()
    books.goes_wrong("statement_wrong_amount")
    books.end_day()
    assert books.reconcile().is_new
    before = sizes(books)
    again = books.reconcile()
    assert (again.is_new, again.cases_opened, again.reconciliation.version) == (False, 0, 1)
    assert sizes(books) == before == [1, 1, 1, 1, 1]


def test_a_corrected_file_closes_what_it_explains_and_opens_what_is_new(books: Books) -> None:
    first, second = books.paid(300), books.paid(200)
    whole = books.file().decode()
    books.end_day()
    without_first = "\r\n".join(
        [whole.split("\r\n")[0], whole.split("\r\n")[2], "total,1,,,,200", ""]
    )
    books.by_hand(without_first)
    [missing] = books.cases()
    assert missing["key"] == str(first.payout_id)

    corrected = whole.replace(",200\r", ",201\r").replace(",,,,500", ",,,,501")
    done = books.by_hand(corrected)
    assert (done.reconciliation.version, done.cases_opened, done.cases_explained) == (2, 1, 1)
    [differs] = books.cases()
    assert books.shown(differs) == ["amount_differs", str(second.payout_id), 200, 201]
    [explained] = books.cases("closed")
    assert (explained["case_id"], explained["outcome"]) == (missing["case_id"], "explained")
    assert books.found() == {"agreed": 1, "amount_differs": 1}


def test_what_was_explained_may_come_back_as_another_case(books: Books) -> None:
    books.paid()
    whole = books.file().decode()
    wrong = whole.replace(",300", ",301")
    books.end_day()
    assert books.by_hand(wrong).cases_opened == 1
    assert books.by_hand(whole).cases_explained == 1
    assert books.by_hand(wrong).cases_opened == 1
    assert (len(books.cases()), books.count("cases")) == (1, 2)


def test_what_a_clerk_closed_stays_closed(books: Books) -> None:
    """What would break it: a case that comes back each morning, until nobody reads them."""
    books.paid()
    books.goes_wrong("statement_wrong_amount")
    books.end_day()
    books.reconcile()
    [case] = books.cases()
    closed = books.clerk(case, "close", outcome="accepted", reason="a ruble")
    assert closed.status_code == 200
    assert books.reconcile().cases_opened == 0
    assert books.cases() == []


def test_a_key_that_two_days_have_is_twice_on_the_later_one(books: Books) -> None:
    books.paid()
    first = books.day
    books.end_day()
    books.reconcile(first)
    later = books.file(first).decode().replace("2026-11-23T", "2026-11-24T")
    books.day = first + ONE_DAY
    books.end_day()
    books.by_hand(later)
    assert (books.found(first), books.found()) == ({"agreed": 1}, {"twice": 1})
    books.day = first
    books.by_hand("kind,entry,idempotency_key,top_up_id,executed_at,amount_rubles\ntotal,0,,,,0\n")
    assert books.found(first + ONE_DAY) == {"agreed": 1}
    assert books.cases() == []


def test_a_dry_run_tells_the_same_and_keeps_nothing(books: Books) -> None:
    books.paid()
    books.goes_wrong("statement_line_twice")
    books.end_day()
    done = reconciling.by_operator(books.desk, books.world.billing, books.day, dry_run=True)
    assert (done.cases_opened, done.reconciliation.found["twice"]["count"]) == (1, 1)
    assert sizes(books) == [0] * 5


@pytest.mark.parametrize("mode", ["statement_is_cut", "garbage"])
def test_a_broken_file_changes_nothing(books: Books, mode: str) -> None:
    books.paid()
    books.goes_wrong(mode)
    books.end_day()
    with pytest.raises(UnreadableStatement):
        books.reconcile()
    assert sizes(books) == [0] * 5


def test_of_reconcilers_at_once_one_opens_the_case(books: Books) -> None:
    """INVARIANT: what would break it: a look for the case, and only then its opening."""
    books.paid()
    books.goes_wrong("statement_loses_line")
    books.end_day()
    together = Barrier(4)

    def reconcile(_: int) -> int:
        together.wait()
        return books.reconcile().cases_opened

    with ThreadPoolExecutor(4) as clerks:
        opened = list(clerks.map(reconcile, range(4)))
    assert sorted(opened) == [0, 0, 0, 1]
    assert (books.count("cases"), books.count("statement_files")) == (1, 1)


class Overtaken:
    """A billing that is so slow that another file of the day is taken meanwhile."""

    def __init__(self, books: Books) -> None:
        self.books = books

    def statement(self, day: object) -> bytes:
        old = self.books.file()
        self.books.by_hand(old.decode().replace(",300", ",301"))
        assert day == self.books.day
        return old


def test_a_file_fetched_before_another_was_taken_does_not_replace_it(books: Books) -> None:
    books.paid()
    books.end_day()
    slow: Billing = Overtaken(books)  # type: ignore[assignment]
    with pytest.raises(ReconciledMeanwhile):
        reconciling.by_operator(books.desk, slow, books.day)
    assert books.found() == {"amount_differs": 1}
