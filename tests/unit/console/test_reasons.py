"""Why a payout stands where it does is said in Russian too, whatever payout and operator say."""

import socket
from uuid import uuid4

import pytest

from services.bonus_status.api.claims.watching import ReminderSchema
from services.console.telling.reasons import payout_reason
from services.console.telling.watched import alarm, deadline
from services.payout.top_ups.billing import Billing, judge, judge_sent
from services.sandbox.operator_billing.top_ups import NEVER
from shared.http_client import HttpClient
from tests.unit.payout.test_billing_answers import PAYOUT, answer, told


def reasons() -> list[str | None]:
    """What payout notes when the operator answers so, or not at all."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        no_answer = Billing(HttpClient(url, read_seconds=0.05)).top_up(PAYOUT, "+79260000000")
    not_reached = Billing(HttpClient("http://127.0.0.1:1")).top_up(PAYOUT, "+79260000000")
    answers = [
        no_answer,
        not_reached,
        judge_sent(PAYOUT, answer(b"{}", 422)),
        judge(PAYOUT, answer(b"{}", 409)),
        judge(PAYOUT, answer(b"<html>Welcome</html>")),
        judge(PAYOUT, told(idempotency_key=str(uuid4()))),
        judge(PAYOUT, told(amount_rubles=1)),
        judge(PAYOUT, told(status="accepted")),
        judge(PAYOUT, told(status="declined")),
    ]
    return [one.reason for one in answers] + list(NEVER.values())


@pytest.mark.usefixtures("_in_russian")
def test_every_reason_is_told_in_russian() -> None:
    for reason in reasons():
        assert reason
        said = payout_reason(reason)
        assert said != reason
        # What a technician needs of a sentence stays.
        assert " " not in reason or f"({reason})" in said


@pytest.mark.usefixtures("_in_russian")
@pytest.mark.parametrize("reason", ["of_tomorrow", "Words that nobody knows here."])
def test_a_reason_that_is_new_here_is_shown_as_it_came(reason: str) -> None:
    assert payout_reason(reason) == reason
    assert payout_reason(None) == ""


def test_in_english_a_code_is_said_in_words_and_a_sentence_as_it_is() -> None:
    assert payout_reason("no_number") == "The member has no number any more."
    assert payout_reason("no answer: timed out") == "no answer: timed out"


@pytest.mark.usefixtures("_in_russian")
def test_deadlines_and_alarms_are_told_in_russian_with_their_figures() -> None:
    [codes] = [one.choices for one in ReminderSchema().fields["deadline"].validators]  # type: ignore[attr-defined]
    for code in codes:
        assert deadline({"deadline": code, "in_words": "In English."}) != "In English."
    figures = {"clicks": 1200, "orders": 3, "clicks_before": 5100, "orders_before": 210}
    said = alarm(figures | {"expected_orders": 49.41, "deviations": -6.52, "in_words": "English."})
    for figure in ("1\N{NO-BREAK SPACE}200", "3", "210", "49,4", "6,5", "меньше"):
        assert figure in said
