"""Reconciliations and cases over HTTP: who may, what is refused, and who wins."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.integration.payout.callers import CLERK, SERVICE, assert_problem
from tests.integration.payout.reconciliation.books import Books


@pytest.fixture
def wrong(books: Books) -> Books:
    """Books with one case."""
    books.paid()
    books.goes_wrong("statement_wrong_amount")
    books.end_day()
    books.reconcile()
    return books


def post(books: Books, path: str, **options: Any) -> Any:
    return books.client.post(path, headers=CLERK, **options)


def test_a_clerk_reconciles_a_day_by_hand(books: Books) -> None:
    books.paid()
    books.end_day()
    dry = post(books, "/reconciliations", json={"day": str(books.day), "dry_run": True}).get_json()
    assert (dry["dry_run"], dry["found"]["agreed"]) == (True, {"count": 1, "rubles": 300})
    listed = books.client.get("/reconciliations", headers=CLERK).get_json()
    assert (listed["data"], listed["missing"]) == ([], [str(books.day)])
    done = post(books, "/reconciliations", json={"day": str(books.day)}).get_json()
    assert (done["is_new"], done["version"], done["by_hand"]) == (True, 1, False)
    listed = books.client.get("/reconciliations", headers=CLERK).get_json()
    assert ([one["day"] for one in listed["data"]], listed["missing"]) == ([str(books.day)], [])


def test_a_clerk_gives_a_file(books: Books) -> None:
    books.paid()
    content = books.file()
    books.end_day()
    path = f"/reconciliations/{books.day}/file"
    for dry_run in ("true", "false"):
        done = post(books, path, data=content, query_string={"dry_run": dry_run})
        assert done.status_code == 200, done.text
        assert done.get_json()["by_hand"]
    assert books.found() == {"agreed": 1}
    cut = post(books, path, data=content[:-9])
    assert_problem(cut, 422, "unreadable_statement", "file")
    assert "Line 3" in cut.get_json()["detail"]
    assert_problem(post(books, path), 422, "unreadable_statement", "file")


@pytest.mark.parametrize(
    ("sent", "code", "field"),
    [
        ({"day": "2026-11-23"}, "day_not_over", "day"),
        ({"day": "2999-01-01"}, "not_a_day", "day"),
        ({"day": "2026-02-30"}, "not_a_day", "day"),
        ({"day": "x" * 21}, "invalid_fields", "day"),
        ({"day": 5}, "invalid_fields", "day"),
        ({}, "invalid_fields", "day"),
        ({"day": "2026-11-22", "dry_run": 1}, "invalid_fields", "dry_run"),
        ({"day": "2026-11-22", "force": True}, "invalid_fields", "force"),
    ],
)
def test_what_is_no_request_is_refused(
    books: Books, sent: dict[str, Any], code: str, field: str
) -> None:
    assert_problem(post(books, "/reconciliations", json=sent), 422, code, field)


def test_an_operator_without_a_file_is_told(books: Books) -> None:
    books.goes_wrong("error_500")
    books.end_day()
    refused = post(books, "/reconciliations", json={"day": str(books.day)})
    assert_problem(refused, 409, "no_statement")
    get = books.client.get
    assert_problem(get("/reconciliations/2026-11-01", headers=CLERK), 404, "unknown_reconciliation")
    assert_problem(get("/reconciliations/soon", headers=CLERK), 422, "not_a_day", "day")


def test_a_case_goes_from_hand_to_hand_and_all_of_it_is_kept(wrong: Books) -> None:
    [case] = wrong.cases()
    assert wrong.clerk(case, "assign", owner="anna").get_json()["owner"] == "anna"
    done = wrong.clerk(case, "close", outcome="operator_corrected", reason="he paid a ruble")
    assert (done.get_json()["outcome"], done.get_json()["reason"]) == (
        "operator_corrected",
        "he paid a ruble",
    )
    acts = [(one["did"], one["who"], one["what"]) for one in done.get_json()["acts"]]
    assert acts == [
        ("opened", "reconciliation", "payouts"),
        ("assigned", "maria", "anna"),
        ("closed", "maria", "operator_corrected: he paid a ruble"),
    ]
    assert_problem(wrong.clerk(case, "assign", owner="anna"), 409, "case_closed")
    shown = wrong.client.get(f"/reconciliations/{wrong.day}", headers=CLERK).get_json()
    assert [one["case_id"] for one in shown["cases"]] == [case["case_id"]]


def test_of_clerks_who_close_at_once_one_wins(wrong: Books) -> None:
    """INVARIANT: what would break it: a look whether it is open, and only then its end."""
    [case] = wrong.cases()
    together = Barrier(4)

    def close(number: int) -> int:
        together.wait()
        answer = wrong.client.application.test_client().post(
            f"/cases/{case['case_id']}/close",
            json={"outcome": "accepted", "reason": f"{number}", "clerk": f"clerk-{number}"},
            headers=CLERK,
        )
        return int(answer.status_code)

    with ThreadPoolExecutor(4) as clerks:
        assert sorted(clerks.map(close, range(4))) == [200, 409, 409, 409]
    acts = wrong.client.get(f"/cases/{case['case_id']}", headers=CLERK).get_json()["acts"]
    assert [one["did"] for one in acts] == ["opened", "closed"]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"outcome": "explained", "reason": "x"}, "outcome"),
        ({"outcome": "accepted"}, "reason"),
        ({"outcome": "accepted", "reason": ""}, "reason"),
        ({"outcome": "accepted", "reason": "x" * 501}, "reason"),
        ({"outcome": "accepted", "reason": "x", "clerk": "A clerk"}, "clerk"),
    ],
)
def test_no_case_ends_without_outcome_reason_and_clerk(
    wrong: Books, sent: dict[str, Any], field: str
) -> None:
    [case] = wrong.cases()
    refused = wrong.clerk(case, "close", **sent)
    assert field in [one["field"] for one in refused.get_json()["errors"]]
    assert wrong.cases() == [case]


def test_only_clerks_see_cases(wrong: Books) -> None:
    [case] = wrong.cases()
    paths = ("/cases", f"/cases/{case['case_id']}", "/reconciliations")
    for headers in ({}, SERVICE):
        for path in paths:
            assert wrong.client.get(path, headers=headers).status_code == 401
    unknown = {"case_id": uuid4()}
    for what, sent in (
        ("assign", {"owner": "anna"}),
        ("close", {"outcome": "accepted", "reason": "x"}),
    ):
        assert_problem(wrong.clerk(unknown, what, **sent), 404, "unknown_case")


def test_pages_of_cases_meet_without_a_gap(books: Books) -> None:
    for _ in range(3):
        books.paid()
    head = "kind,entry,idempotency_key,top_up_id,executed_at,amount_rubles\ntotal,0,,,,0\n"
    books.end_day()
    books.by_hand(head)
    seen, after = [], None
    while True:
        asked = {"state": "open", "limit": 2, "after": after}
        page = books.client.get("/cases", query_string=asked, headers=CLERK).get_json()
        seen += [one["case_id"] for one in page["data"]]
        after = page["next"]
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 3


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE cases SET closed_at = NULL, outcome = NULL, reason = NULL", "keeps what was"),
        ("DELETE FROM cases", "keeps what was done"),
        ("DELETE FROM case_acts", "keeps what was done"),
        ("UPDATE case_acts SET who = 'nobody'", "keeps what was done"),
    ],
)
def test_the_database_itself_keeps_what_clerks_did(wrong: Books, statement: str, says: str) -> None:
    [case] = wrong.cases()
    wrong.clerk(case, "close", outcome="mistaken", reason="seen twice")
    with pytest.raises(Exception, match=says), wrong.world.engine.begin() as connection:
        connection.execute(text(statement))
