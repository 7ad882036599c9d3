"""The operator calls back, signed: judged like an answer, a repeat changes nothing."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.payout.api.app import build
from services.payout.config import Settings
from services.payout.states import State
from services.payout.store import claims
from services.payout.store.payouts import Payout
from shared.webhooks import sign
from tests.integration.payout.callers import assert_problem
from tests.integration.payout.given import said
from tests.integration.payout.world import World

NEWEST, OLDER = b"n" * 32, b"o" * 32  # those of the settings in conftest.py


class Line:
    """The operator's line to payout."""

    def __init__(self, client: FlaskClient, world: World) -> None:
        self._client, self._world = client, world

    def call(
        self, body: bytes, *, key: bytes = NEWEST, age: int = 0, **headers: str
    ) -> TestResponse:
        timestamp = int(self._world.clock().timestamp()) - age
        signed = {
            "webhook-id": "msg_1",
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(key, "msg_1", timestamp, body),
        }
        signed |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.post("/operator/callbacks", data=body, headers=signed)

    def tell(self, payout: Payout, status: str, **changes: Any) -> TestResponse:
        return self.call(told(payout, status, **changes))


def told(payout: Payout, status: str, **changes: Any) -> bytes:
    full = {
        "top_up_id": payout.operator_reference or f"t-{payout.payout_id}",
        "idempotency_key": str(payout.payout_id),
        "amount_rubles": payout.points,
        "status": status,
        "reason": None,
    }
    return json.dumps({name: one for name, one in (full | changes).items() if one != ...}).encode()


@pytest.fixture
def line(settings: Settings, world: World) -> Line:
    return Line(build(settings, world.engine, world.clock).test_client(), world)


@pytest.fixture
def accepted(world: World) -> Payout:
    """A payout that the operator has accepted for later."""
    payout = world.reserved()
    world.operator.go_wrong("accepted", world.phone(payout), count=1, seconds=600)
    world.executor.send_next()
    return world.payout(payout.payout_id)


def test_what_was_carried_out_later_is_completed_once(
    world: World, line: Line, accepted: Payout
) -> None:
    """INVARIANT: a repeat says nothing again."""
    for _ in range(3):
        assert line.tell(accepted, "completed").status_code == 204
    assert world.payout(accepted.payout_id).state is State.COMPLETED
    assert said(world.engine, accepted.payout_id)[1:] == [("payout.completed", 2)]


def test_what_was_declined_later_gives_the_points_back(
    world: World, line: Line, accepted: Payout
) -> None:
    for _ in range(2):
        assert line.tell(accepted, "declined", reason="barred").status_code == 204
    declined = world.payout(accepted.payout_id)
    assert (declined.state, declined.reason) == (State.DECLINED, "barred")
    assert said(world.engine, accepted.payout_id)[1:] == [("payout.declined", 2)]


def test_a_callback_before_our_own_answer_is_kept(world: World, line: Line) -> None:
    """INVARIANT: what the executor hears later changes nothing."""
    payout = world.reserved()
    now = world.clock()
    with world.engine.begin() as connection:
        [sending] = claims.claim(connection, now, now + world.patience.lease, 1)
    assert line.tell(sending, "completed").status_code == 204
    assert world.payout(payout.payout_id).state is State.COMPLETED
    world.clock.move(world.patience.lease)
    assert not world.executor.find_lost()
    assert not world.executor.work()
    assert said(world.engine, payout.payout_id)[1:] == [("payout.completed", 2)]


@pytest.mark.parametrize("status", ["completed", "declined"])
@pytest.mark.parametrize("changes", [{"amount_rubles": 1}, {"top_up_id": "another"}])
def test_another_amount_or_top_up_is_a_clerks_matter(
    world: World, line: Line, accepted: Payout, status: str, changes: dict[str, Any]
) -> None:
    """INVARIANT: a callback that contradicts us moves no points in either direction."""
    assert line.tell(accepted, status, **changes).status_code == 204
    assert world.payout(accepted.payout_id).state is State.HELD
    line.tell(accepted, "completed")
    assert world.payout(accepted.payout_id).state is State.HELD  # until the clerk has looked
    assert said(world.engine, accepted.payout_id) == [("payout.requested", 1)]


def test_another_payouts_top_up_is_a_clerks_matter(world: World, line: Line) -> None:
    done, unanswered = world.reserved_at_once(2)
    world.operator.go_wrong("no_answer", world.phone(unanswered), count=1)
    world.executor.send_next()
    reference = world.payout(done.payout_id).operator_reference
    assert line.tell(unanswered, "completed", top_up_id=reference).status_code == 204
    held = world.payout(unanswered.payout_id)
    assert held.state is State.HELD
    assert held.reason is not None
    assert "another payout's" in held.reason


def test_a_reversal_is_applied_once(world: World, line: Line) -> None:
    """INVARIANT: heard by callback and read in the list, it is one reversal."""
    payout = world.reserved()
    world.work()
    done = world.payout(payout.payout_id)
    world.operator.take_back(payout.payout_id)
    number = world.last_reversal()
    for _ in range(2):
        answer = line.tell(done, "reversed", reversal=number, reason="taken_back")
        assert answer.status_code == 204
    world.follow_reversals()
    assert world.payout(payout.payout_id).state is State.REVERSED
    assert said(world.engine, payout.payout_id)[2:] == [("payout.reversed", 3)]


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"key": b"x" * 32}, "signature_wrong"),
        ({"age": 301}, "timestamp_outside_window"),
        ({"age": -301}, "timestamp_outside_window"),
        ({"webhook_signature": ""}, "signature_wrong"),
        ({"webhook_id": ""}, "webhook_id_missing"),
        ({"webhook_timestamp": "now"}, "timestamp_malformed"),
    ],
)
def test_who_does_not_prove_to_be_the_operator_is_not_heard(
    world: World, line: Line, accepted: Payout, how: dict[str, Any], code: str
) -> None:
    """INVARIANT: a forged callback could complete what was never paid."""
    assert_problem(line.call(told(accepted, "completed"), **how), 401, code)
    assert world.payout(accepted.payout_id) == accepted


def test_an_older_key_is_valid_while_they_rotate(
    world: World, line: Line, accepted: Payout
) -> None:
    assert line.call(told(accepted, "completed"), key=OLDER).status_code == 204
    assert world.payout(accepted.payout_id).state is State.COMPLETED


def test_a_payout_that_is_unknown_or_was_never_sent_is_named(world: World, line: Line) -> None:
    waiting = world.reserved()
    for status in ("completed", "declined"):
        assert_problem(line.tell(waiting, status), 404, "unknown_payout")
    stranger = uuid4()
    answer = line.tell(waiting, "completed", idempotency_key=str(stranger))
    assert_problem(answer, 404, "unknown_payout")
    assert str(stranger) in answer.get_json()["detail"]
    answer = line.tell(waiting, "reversed", idempotency_key=str(UUID(int=1)), reversal=10**9)
    assert_problem(answer, 404, "unknown_payout")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("top_up_id", ...),
        ("top_up_id", 7),
        ("idempotency_key", "A-1"),
        ("amount_rubles", "300"),
        ("amount_rubles", 300.5),
        ("amount_rubles", None),
        ("status", "done"),
        ("status", "reversed"),
    ],
)
def test_a_body_that_is_not_as_agreed_names_its_field(
    world: World, line: Line, accepted: Payout, field: str, value: Any
) -> None:
    answer = line.tell(accepted, **{"status": "completed"} | {field: value})
    assert_problem(answer, 422, "invalid_fields", "reversal" if value == "reversed" else field)
    assert world.payout(accepted.payout_id) == accepted


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b"\xff\xfe", b'{"a": 1, "a": 2}'])
def test_a_body_that_cannot_be_read_is_refused(line: Line, body: bytes) -> None:
    assert line.call(body).status_code in {400, 422}


def test_a_held_payout_asked_about_again_hears_callbacks(
    world: World, line: Line, accepted: Payout
) -> None:
    line.tell(accepted, "completed", amount_rubles=1)
    world.clock.move(timedelta(minutes=1))
    world.ask_again(accepted)
    assert line.tell(accepted, "completed").status_code == 204
    assert world.payout(accepted.payout_id).state is State.COMPLETED
