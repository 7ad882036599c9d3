"""What the operator's answers teach us: done, certainly not done, unclear, or a contradiction."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests

from services.payout.domain import Kind
from services.payout.states import Fact, State
from services.payout.store.payouts import Payout
from services.payout.top_ups.billing import judge, judge_sent

NOW = datetime(2026, 12, 1, tzinfo=UTC)
TOLD = {"top_up_id": "t-1", "status": "completed", "amount_rubles": 300, "reason": None}
PAYOUT = Payout(
    payout_id=UUID(int=1),
    run_month="2026-12",
    member_id=UUID(int=2),
    goal_id=UUID(int=3),
    kind=Kind.TOP_UP,
    amount=320,
    minimum=1,
    reserved=300,
    state=State.SENDING,
    reason=None,
    attempts=1,
    questions=0,
    next_at=None,
    sent_at=NOW,
    operator_reference=None,
    requested_at=NOW,
    completed_at=None,
)


def answer(body: bytes, status: int = 200, **headers: str) -> requests.Response:
    response = requests.Response()
    response.status_code, response.raw = status, io.BytesIO(body)
    response.headers.update(headers)
    return response


def told(**changes: Any) -> requests.Response:
    full = TOLD | {"idempotency_key": str(PAYOUT.payout_id)} | changes
    return answer(json.dumps({name: one for name, one in full.items() if one != ...}).encode())


def test_a_completed_top_up_is_done() -> None:
    outcome = judge(PAYOUT, told(something_new=[1]))
    assert (outcome.fact, outcome.reference) == (Fact.COMPLETED, "t-1")


@pytest.mark.parametrize(
    ("reason", "kept"),
    [("barred", "barred"), (None, "declined"), ("", "declined"), ("a\x00b" * 500, "ab" * 150)],
)
def test_a_declined_top_up_is_not_done_for_good(reason: str | None, kept: str) -> None:
    outcome = judge(PAYOUT, told(status="declined", reason=reason))
    assert (outcome.fact, outcome.reason) == (Fact.DECLINED, kept)


@pytest.mark.parametrize("status", ["accepted", "submitted"])
def test_a_top_up_under_way_is_accepted(status: str) -> None:
    outcome = judge(PAYOUT, told(status=status))
    assert (outcome.fact, outcome.reference) == (Fact.ACCEPTED, "t-1")


@pytest.mark.parametrize("status", ["accepted", "completed", "declined"])
def test_another_top_up_than_the_operator_named_before_contradicts_us(status: str) -> None:
    before = replace(PAYOUT, state=State.ACCEPTED, operator_reference="t-0")
    assert judge(before, told(status=status)).fact is Fact.CONTRADICTED
    same = replace(before, operator_reference="t-1")
    assert judge(same, told(status=status)).fact is not Fact.CONTRADICTED


@pytest.mark.parametrize(
    "changes", [{"amount_rubles": 320}, {"amount_rubles": 0}, {"idempotency_key": str(uuid4())}]
)
def test_another_payout_or_amount_contradicts_us(changes: dict[str, Any]) -> None:
    """INVARIANT: such an answer is believed in nothing, not even that ours was declined."""
    for status in ("completed", "declined", "accepted"):
        assert judge(PAYOUT, told(status=status, **changes)).fact is Fact.CONTRADICTED


@pytest.mark.parametrize(
    "unreadable",
    [
        answer(b"<html>Welcome</html>"),
        answer(b""),
        answer(b"[]"),
        answer(b"null"),
        answer(b"\xff\xfe\x00"),
        answer(b'{"error": "internal"}'),
        told(status="done"),
        told(amount_rubles="300"),
        told(amount_rubles=300.0),
        told(amount_rubles=...),
        told(idempotency_key=...),
        told(top_up_id=7),
        told(top_up_id="\x00"),
    ],
)
def test_what_cannot_be_read_is_unclear(unreadable: requests.Response) -> None:
    assert judge(PAYOUT, unreadable).fact is Fact.UNCLEAR


@pytest.mark.parametrize(
    ("status", "fact"),
    [
        (302, Fact.UNCLEAR),
        (400, Fact.CONTRADICTED),
        (401, Fact.NOT_DONE),
        (403, Fact.NOT_DONE),
        (409, Fact.UNCLEAR),
        (418, Fact.UNCLEAR),
        (422, Fact.CONTRADICTED),
        (429, Fact.NOT_DONE),
    ],
)
def test_each_refusal_has_its_meaning(status: int, fact: Fact) -> None:
    assert judge_sent(PAYOUT, answer(b"{}", status)).fact is fact


@pytest.mark.parametrize(
    ("header", "pause"),
    [("7", 7), ("0", 0), ("999999", 3600), ("soon", None), ("-1", None), ("", None)],
)
def test_the_operator_says_how_long_to_pause(header: str, pause: int | None) -> None:
    outcome = judge_sent(PAYOUT, answer(b"", 429, **{"Retry-After": header}))
    assert outcome.pause == (None if pause is None else timedelta(seconds=pause))
