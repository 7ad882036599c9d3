"""The gateway delivers once per key, and can lose its answer after delivering."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.http_client import HttpClient, OutcomeUnknown
from tests.integration.sandbox.conftest import Part


def _texts(gateway: Part, to: str) -> list[str]:
    found = gateway.ask("GET", "/messages", params={"to": to}).json()["data"]
    return [one["text"] for one in found]


def test_a_message_is_delivered_once_per_key(gateway: Part, phone: str, key: str) -> None:
    """INVARIANT: a repeated call, even eight at once, is one SMS."""
    sent = {"channel": "sms", "to": phone, "text": "Hello"}
    with ThreadPoolExecutor(8) as callers:
        answers = list(callers.map(lambda _: gateway.once("/messages", key, sent), range(8)))
    assert {one.status_code for one in answers} == {202}
    assert len({one.json()["message_id"] for one in answers}) == 1
    assert _texts(gateway, phone) == ["Hello"]
    other = gateway.once("/messages", key, sent | {"text": "Bye"})
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")


def test_a_lost_answer_hides_a_delivered_message(gateway: Part, phone: str, key: str) -> None:
    gateway.fails("no_answer", phone=phone, count=1)
    client = HttpClient(gateway.url)
    sent = {"channel": "sms", "to": phone, "text": "Hello"}
    with pytest.raises(OutcomeUnknown):
        client.post("/messages", json=sent, headers={"Idempotency-Key": key})
    assert _texts(gateway, phone) == ["Hello"]
    assert gateway.once("/messages", key, sent).status_code == 202
    assert _texts(gateway, phone) == ["Hello"]


def test_a_message_that_fails_is_taken_and_never_arrives(
    gateway: Part, phone: str, key: str
) -> None:
    gateway.fails("failed", phone=phone, count=1)
    sent = {"channel": "sms", "to": phone, "text": "Hello"}
    for _ in range(2):
        assert gateway.once("/messages", key, sent).status_code == 202
    assert gateway.once("/messages", f"{key}-2", sent).status_code == 202
    asked = {"keys": [key, f"{key}-2", f"{key}-3"]}
    told = gateway.ask("POST", "/messages/states", json=asked).json()["data"]
    assert [(one["idempotency_key"], one["state"]) for one in told] == [
        (key, "failed"),
        (f"{key}-2", "delivered"),
    ]
    assert _texts(gateway, phone) == ["Hello"]


@pytest.mark.parametrize(("mode", "status"), [("error_500", 500), ("refused", 422)])
def test_a_broken_gateway_delivers_nothing(
    gateway: Part, phone: str, key: str, mode: str, status: int
) -> None:
    gateway.fails(mode, phone=phone, count=1)
    sent = {"channel": "email", "to": phone, "text": "Hello"}
    assert gateway.once("/messages", key, sent).status_code == status
    assert _texts(gateway, phone) == []
    assert gateway.once("/messages", key, sent).status_code == 202


@pytest.mark.parametrize(
    "sent",
    [
        {"channel": "pigeon", "to": "+79261234567", "text": "x"},
        {"channel": "sms", "to": "", "text": "x"},
        {"channel": "sms", "to": "+79261234567", "text": ""},
        {"channel": "sms", "to": "+79261234567", "text": "x" * 2001},
        {"channel": "sms", "to": "+79261234567", "text": "x", "subject": "Hello"},
        {"channel": "sms", "to": "+79261234567"},
    ],
)
def test_what_is_no_message_is_refused(gateway: Part, key: str, sent: dict[str, Any]) -> None:
    assert gateway.once("/messages", key, sent).status_code == 422


@pytest.mark.parametrize("path", ["/messages", "/"])
@pytest.mark.parametrize("query", ["to=%ff", "to=a&to=b"])
def test_what_no_recipient_is_called_is_refused(gateway: Part, path: str, query: str) -> None:
    answer = gateway.ask("GET", f"{path}?{query}")
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == ["to"]


def test_the_inbox_shows_messages_as_text(gateway: Part, phone: str, key: str) -> None:
    """INVARIANT: what somebody wrote is never run by the reader's browser."""
    sent = {"channel": "sms", "to": phone, "text": "<script>alert(1)</script>"}
    gateway.once("/messages", key, sent)
    page = gateway.ask("GET", "/", params={"to": phone})
    assert phone in page.text
    assert '<link rel="icon" href="data:' in page.text
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text
