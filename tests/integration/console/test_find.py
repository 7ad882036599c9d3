"""One field finds a member by what the caller names, and shows what is known, whoever is silent."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.console.browser import Clerk


@pytest.mark.parametrize("written", ["{0}", " {0} ", "8{1}", "8 ({2}) {3}"])
def test_a_phone_finds_its_member_however_it_is_written(
    clerk: Callable[..., Clerk], member: dict[str, Any], written: str
) -> None:
    phone = member["phone"]
    typed = written.format(phone, phone[2:], phone[2:5], phone[5:])
    answer = clerk("viewer").get("/", query_string={"q": typed})
    assert answer.location == f"/members/{member['member_id']}?found=%2B{phone[1:]}"


def test_an_id_finds_its_member(clerk: Callable[..., Clerk], member: dict[str, Any]) -> None:
    answer = clerk("viewer").get("/", query_string={"q": member["member_id"]})
    assert answer.location.startswith(f"/members/{member['member_id']}")


def test_a_member_is_shown_and_the_silent_services_are_named(
    clerk: Callable[..., Clerk], member: dict[str, Any]
) -> None:
    page = clerk("viewer").get(f"/members/{member['member_id']}").text
    assert member["phone"] in page
    assert "signed up" in page
    assert "no answer from notifications, partner_postback, payout" in page


def test_nobody_is_found_where_nobody_is(clerk: Callable[..., Clerk]) -> None:
    answer = clerk("viewer").get("/", query_string={"q": "<b>no such order</b>"})
    assert answer.status_code == 200
    assert "Nobody knows" in answer.text
    assert "<b>no such order</b>" not in answer.text


@pytest.mark.parametrize("typed", ["\x00", "x" * 5000, "٣٤٥", "../../etc", "%00", "'; --"])
def test_whatever_is_typed_is_answered(clerk: Callable[..., Clerk], typed: str) -> None:
    assert clerk("viewer").get("/", query_string={"q": typed}).status_code in (200, 302, 400)


def test_pages_stand_without_their_services(clerk: Callable[..., Clerk]) -> None:
    """A page of a service that is away says so by 503; one of several parts shows the rest."""
    admin = clerk("admin")
    for path in ("/", "/health", "/parked", "/reports", "/acts", "/clerks", "/corrections"):
        assert admin.get(path).status_code == 200, path
    for path in ("/held", "/receipts/3f6c2a9e-9a2b-4d5e-8f00-000000000001"):
        assert admin.get(path).status_code == 503, path


def test_pages_are_told_in_russian(clerk: Callable[..., Clerk]) -> None:
    answer = clerk("viewer").client.get("/", headers={"Accept-Language": "ru"})
    assert "Кто звонит?" in answer.text
    assert 'lang="ru"' in answer.text


def test_a_report_is_written_for_a_spreadsheet(clerk: Callable[..., Clerk]) -> None:
    answer = clerk("viewer").get("/reports/pending.csv")
    assert answer.content_type.startswith("text/csv")
    assert answer.text.splitlines()[0] == "\ufeffdays,bonuses,rubles,overdue"
    assert len(answer.text.splitlines()) == 8
    assert clerk("viewer").get("/reports/nothing.csv").status_code == 404
