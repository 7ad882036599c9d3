"""The operator's billing keeps its promises, and breaks them exactly as it is told to."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from deploy.local import process
from shared.http_client import HttpClient, OutcomeUnknown
from tests.integration.sandbox.conftest import Part
from tests.support.ports import free_ports
from tests.support.processes import running, wait_until_ready
from tests.support.waiting import eventually


def _executed(billing: Part, phone: str) -> list[int]:
    return [one["amount_rubles"] for one in billing.every("/top-ups") if one["phone"] == phone]


def test_a_key_is_executed_once_and_answers_the_same(billing: Part, phone: str, key: str) -> None:
    """INVARIANT: the statement has one entry a key, however often it is asked for."""
    sent = {"phone": phone, "amount_rubles": 300}
    with ThreadPoolExecutor(8) as callers:
        answers = list(callers.map(lambda _: billing.once("/top-ups", key, sent).json(), range(16)))
    assert answers == [answers[0]] * 16
    assert answers[0]["status"] == "completed"
    assert _executed(billing, phone) == [300]
    assert billing.ask("GET", f"/top-ups/{key}").json() == answers[0]


@pytest.mark.parametrize("other", [{"amount_rubles": 301}, {"phone": "+79260000000"}])
def test_a_key_with_other_content_is_a_conflict(
    billing: Part, phone: str, key: str, other: dict[str, Any]
) -> None:
    sent = {"phone": phone, "amount_rubles": 300}
    billing.once("/top-ups", key, sent)
    answer = billing.once("/top-ups", key, sent | other)
    assert (answer.status_code, answer.json()["code"]) == (409, "key_reused")
    assert _executed(billing, phone) == [300]


@pytest.mark.parametrize(
    ("number", "reason"),
    [("1", "unknown_number"), ("2", "barred"), ("3", "not_a_subscriber")],
)
def test_some_numbers_are_always_declined(
    billing: Part, key: str, number: str, reason: str
) -> None:
    phone = f"+7900000000{number}"
    answer = billing.once("/top-ups", key, {"phone": phone, "amount_rubles": 10}).json()
    assert (answer["status"], answer["reason"]) == ("declined", reason)
    assert _executed(billing, phone) == []


@pytest.mark.parametrize(
    ("mode", "is_executed"),
    [
        ("no_answer", True),
        ("no_answer_before", False),
        ("error_500", False),
        ("error_500_after", True),
    ],
)
def test_an_answer_can_be_lost_on_either_side_of_the_deed(
    billing: Part, phone: str, key: str, mode: str, *, is_executed: bool
) -> None:
    """The caller cannot tell them apart; the question afterwards can."""
    billing.fails(mode, phone=phone, count=1)
    client = HttpClient(billing.url)
    with pytest.raises(OutcomeUnknown):
        client.post(
            "/top-ups",
            json={"phone": phone, "amount_rubles": 70},
            headers={"Idempotency-Key": key},
        )
    assert _executed(billing, phone) == ([70] if is_executed else [])
    told = client.get(f"/top-ups/{key}")
    assert told.status_code == (200 if is_executed else 404)


def test_a_hung_call_is_executed_all_the_same(billing: Part, phone: str, key: str) -> None:
    billing.fails("no_answer", phone=phone, seconds=3, count=1)
    with pytest.raises(requests.RequestException):
        requests.post(
            f"{billing.url}/top-ups",
            json={"phone": phone, "amount_rubles": 5},
            headers={"Idempotency-Key": key},
            timeout=0.5,
        )
    assert _executed(billing, phone) == [5]


@pytest.mark.parametrize(
    ("mode", "status", "executed"),
    [
        ("rate_limited", 429, []),
        ("refused", 422, []),
        ("garbage", 200, [9]),
        ("wrong_amount", 200, [9]),
    ],
)
def test_answers_can_be_of_no_use(
    billing: Part, phone: str, mode: str, status: int, executed: list[int]
) -> None:
    billing.fails(mode, phone=phone, count=1)
    answer = billing.once("/top-ups", phone[1:], {"phone": phone, "amount_rubles": 9})
    assert answer.status_code == status
    assert _executed(billing, phone) == executed
    if mode == "garbage":
        assert "<h1>" in answer.text
    if mode == "wrong_amount":
        assert answer.json()["amount_rubles"] == 10


def test_a_top_up_can_be_taken_back_later(billing: Part, phone: str, key: str) -> None:
    billing.fails("reversed_later", phone=phone, count=1)
    answer = billing.once("/top-ups", key, {"phone": phone, "amount_rubles": 40}).json()
    assert answer["status"] == "completed"
    for _ in range(2):
        back = [one for one in billing.every("/reversals") if one["phone"] == phone]
        assert [one["idempotency_key"] for one in back] == [key]
    again = billing.ask("POST", f"/top-ups/{key}/reversal")
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_reverse")


def test_a_top_up_can_be_accepted_first_and_completed_later(
    billing: Part, phone: str, key: str
) -> None:
    billing.fails("accepted", phone=phone, seconds=0.2, count=1)
    answer = billing.once("/top-ups", key, {"phone": phone, "amount_rubles": 40}).json()
    assert answer["status"] == "accepted"

    def status() -> str:
        return str(billing.ask("GET", f"/top-ups/{key}").json()["status"])

    eventually(lambda: status() == "completed", seconds=5)
    assert _executed(billing, phone) == [40]


def test_a_fault_meets_its_phone_as_often_as_it_counts(
    billing: Part, phone: str, new_phone: Callable[[], str], key: str
) -> None:
    billing.fails("declined", phone=phone, count=2, reason="barred")
    sent = [
        billing.once("/top-ups", f"{key}-{turn}", {"phone": to, "amount_rubles": 1}).json()
        for turn, to in enumerate([new_phone(), phone, phone, phone])
    ]
    assert [one["reason"] for one in sent] == [None, "barred", "barred", None]
    assert billing.ask("GET", "/faults").json()["faults"] == []


def test_the_books_outlive_a_kill(tmp_path: Path, phone: str, key: str) -> None:
    """INVARIANT: what was answered is in the statement after kill -9."""
    [port] = free_ports(1)
    settings = {"SANDBOX_DIR": str(tmp_path), "LISTEN_PORT": str(port)}
    billing = Part(f"http://127.0.0.1:{port}")
    sent = {"phone": phone, "amount_rubles": 12}
    with running("sandbox", "operator_billing", tmp_path, settings) as first:
        wait_until_ready(first, billing.url)
        answer = billing.once("/top-ups", key, sent).json()
        process.kill(first)
    with running("sandbox", "operator_billing", tmp_path, settings) as second:
        wait_until_ready(second, billing.url)
        assert billing.once("/top-ups", key, sent).json() == answer
        assert _executed(billing, phone) == [12]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"phone": "89261234567", "amount_rubles": 1}, "phone"),
        ({"phone": "+79261234567\n", "amount_rubles": 1}, "phone"),
        ({"phone": "+79261234567", "amount_rubles": 0}, "amount_rubles"),
        ({"phone": "+79261234567", "amount_rubles": 1.5}, "amount_rubles"),
        ({"phone": "+79261234567", "amount_rubles": "1"}, "amount_rubles"),
        ({"phone": "+79261234567", "amount_rubles": 10**20}, "amount_rubles"),
        ({"phone": "+79261234567", "amount_rubles": 1, "to": "me"}, "to"),
        ({"amount_rubles": 1}, "phone"),
    ],
)
def test_a_wrong_field_is_named(billing: Part, key: str, sent: dict[str, Any], field: str) -> None:
    answer = billing.once("/top-ups", key, sent)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"mode": "x"}, "mode"),
        ({"mode": "declined", "share": "0.5"}, "share"),
        ({"mode": "declined", "share": "\u0660.5"}, "share"),
        ({"mode": "declined", "share": "1_0e-1"}, "share"),
        ({"mode": "declined", "share": True}, "share"),
        ({"mode": "declined", "share": 0}, "share"),
        ({"mode": "declined", "seconds": "1"}, "seconds"),
    ],
)
def test_a_wrong_fault_is_named(billing: Part, sent: dict[str, Any], field: str) -> None:
    answer = billing.ask("PUT", "/faults", json=sent)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]


def test_a_fault_may_take_half_of_the_calls(billing: Part) -> None:
    billing.fails("declined", share=0.5, seconds=1)
    assert billing.ask("GET", "/faults").json()["faults"][0]["share"] == 0.5


def test_a_top_up_needs_a_key(billing: Part, phone: str) -> None:
    answer = billing.ask("POST", "/top-ups", json={"phone": phone, "amount_rubles": 1})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


def test_the_page_shows_what_was_done(billing: Part, phone: str, key: str) -> None:
    billing.once("/top-ups", key, {"phone": phone, "amount_rubles": 33})
    page = billing.ask("GET", "/")
    assert page.status_code == 200
    assert phone in page.text
    assert '<link rel="icon" href="data:' in page.text


@pytest.mark.parametrize(
    ("number", "reason"),
    [("1", "unknown_number"), ("2", "barred"), ("3", "not_a_subscriber")],
)
def test_some_numbers_are_no_subscribers(billing: Part, number: str, reason: str) -> None:
    answer = billing.ask("POST", "/subscribers/look-up", json={"phone": f"+7900000000{number}"})
    assert answer.json() == {"is_subscriber": False, "reason": reason}


def test_any_other_number_is_a_subscribers_until_it_is_switched(billing: Part, phone: str) -> None:
    sent = {"phone": phone}
    healthy = {"is_subscriber": True, "reason": None}
    assert billing.ask("POST", "/subscribers/look-up", json=sent).json() == healthy
    billing.fails("wrong_amount", phone=phone, calls="reads")
    assert billing.ask("POST", "/subscribers/look-up", json=sent).json() == healthy
    billing.ask("DELETE", "/faults")
    billing.fails("declined", phone=phone, calls="reads", reason="barred")
    answer = billing.ask("POST", "/subscribers/look-up", json=sent)
    assert answer.json() == {"is_subscriber": False, "reason": "barred"}


def test_what_is_no_number_is_refused(billing: Part) -> None:
    answer = billing.ask("POST", "/subscribers/look-up", json={"phone": "926"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "phone")
