"""Corrections by clerks: one posting each, above the limit by two persons."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from services.bonus_status.domain import Source
from services.bonus_status.sources.rules import gift_id
from tests.integration.bonus_status.api import CLERK, asked, client_of, sign_in
from tests.integration.bonus_status.desk import Desk
from tests.integration.bonus_status.gifts import put
from tests.support import bonuses


@pytest.fixture
def client(desk: Desk) -> FlaskClient:
    desk.hear(desk.store())
    desk.hear(desk.member("active"))
    client = client_of(desk)
    put(client, "corrections", "correction", alone_up_to=500)
    return client


def sent(desk: Desk, kind: str, amount: int, **changes: Any) -> dict[str, Any]:
    return {
        "command_id": bonuses.new_id(),
        "member_id": desk.member_id,
        "kind": kind,
        "amount": amount,
        "reason": "a call of the 3rd",
        "clerk": "anna",
    } | changes


def correct(client: FlaskClient, body: dict[str, Any], status: int = 201) -> dict[str, Any]:
    answer = client.post("/corrections", json=body, headers=CLERK)
    assert answer.status_code == status, answer.text
    return dict(answer.get_json())


def test_a_credit_is_a_bonus_with_its_reason(desk: Desk, client: FlaskClient) -> None:
    made = correct(client, sent(desk, "credit", 120))
    assert made["state"] == "done"
    assert desk.has(accrued=120)
    (bonus,) = asked(sign_in(desk, client, desk.member_id), "/me/bonuses")["data"]
    assert (bonus["bonus_id"], bonus["source"]) == (made["bonus_id"], "correction")
    assert bonus["reason"] == "a call of the 3rd"
    assert desk.books_are_right()


def test_a_debit_takes_what_is_free_and_the_rest_is_a_debt(desk: Desk, client: FlaskClient) -> None:
    desk.earned()
    made = correct(client, sent(desk, "debit", 100))
    assert desk.has(debt=24)
    sign_in(desk, client, desk.member_id)
    told = asked(client, f"/me/bonuses/{made['bonus_id']}")
    assert (told["amount"], told["available"]) == (-100, 0)
    assert told["status_told"]["in_words"].startswith(
        "Corrected by the operator: a call of the 3rd"
    )
    (debt,) = asked(client, "/me/debts")["data"]
    assert debt["owed"] == 24
    desk.earned()
    assert desk.has(accrued=52)
    assert desk.books_are_right()


def test_a_command_sent_twice_counts_once(desk: Desk, client: FlaskClient) -> None:
    body = sent(desk, "credit", 50)
    with ThreadPoolExecutor(4) as senders:
        list(senders.map(lambda _: correct(client.application.test_client(), body), range(8)))
    assert desk.has(accrued=50)
    assert correct(client, body | {"amount": 51}, 409)["code"] == "other_command"


def test_a_command_sent_again_is_answered_though_the_rule_is_off_by_now(
    desk: Desk, client: FlaskClient
) -> None:
    body = sent(desk, "credit", 50)
    made = correct(client, body)
    put(client, "corrections", "correction", is_on=False, alone_up_to=500)
    assert correct(client, body) == made
    assert correct(client, sent(desk, "credit", 50), 409)["code"] == "nothing_left"


def test_no_command_takes_the_id_of_a_bonus(desk: Desk, client: FlaskClient) -> None:
    """What would break it: a bonus that is called as its command is, and keeps a gift away."""
    gift = gift_id(Source.EMAIL_LINKED, desk.member_id)
    for command_id in (desk.earned(), gift):
        made = correct(client, sent(desk, "credit", 10, command_id=command_id))
        assert (made["correction_id"], made["bonus_id"]) == (command_id, _bonus_of(command_id))
    assert desk.has(accrued=96)
    assert desk.rows("SELECT FROM bonuses WHERE bonus_id = :bonus_id", gift) == []
    assert desk.books_are_right()


def _bonus_of(command_id: str) -> str:
    return gift_id(Source.CORRECTION, command_id)


def test_a_correction_of_before_keeps_its_own_id_for_its_bonus(
    desk: Desk, client: FlaskClient
) -> None:
    made = correct(client, sent(desk, "credit", 501))
    forgets = "UPDATE corrections SET bonus_id = NULL WHERE correction_id = :correction_id"
    with desk.engine.begin() as connection:
        connection.execute(text(forgets), {"correction_id": made["correction_id"]})
    path = f"/corrections/{made['correction_id']}/approve"
    done = client.post(path, json={"clerk": "boris"}, headers=CLERK).get_json()
    assert done["bonus_id"] == made["correction_id"]
    assert desk.bonus(done["bonus_id"])["amount"] == 501


def test_nobody_approves_what_waits_for_an_erased_member(desk: Desk, client: FlaskClient) -> None:
    made = correct(client, sent(desk, "credit", 501))
    desk.hear(desk.member("erased"))
    path = f"/corrections/{made['correction_id']}"
    gone = client.post(f"{path}/approve", json={"clerk": "boris"}, headers=CLERK)
    assert (gone.status_code, gone.get_json()["code"]) == (404, "unknown_member")
    assert client.get(path, headers=CLERK).get_json()["state"] == "waiting"


def test_above_the_limit_another_clerk_decides(desk: Desk, client: FlaskClient) -> None:
    made = correct(client, sent(desk, "credit", 501))
    assert made["state"] == "waiting"
    assert desk.has()
    path = f"/corrections/{made['correction_id']}"
    same = client.post(f"{path}/approve", json={"clerk": "anna"}, headers=CLERK)
    assert (same.status_code, same.get_json()["code"]) == (409, "needs_another_person")
    assert client.post(f"{path}/approve", json={"clerk": "boris"}, headers=CLERK).status_code == 200
    assert desk.has(accrued=501)
    late = client.post(f"{path}/refuse", json={"clerk": "boris", "reason": "no"}, headers=CLERK)
    assert (late.status_code, late.get_json()["code"]) == (409, "decided_already")


def test_what_one_clerk_does_to_one_member_in_a_day_counts_together(
    desk: Desk, client: FlaskClient
) -> None:
    """What would break it: 1 500 points taken alone, as three times 500."""
    states = [
        correct(client, sent(desk, *one))["state"] for one in (("debit", 300), ("credit", 200))
    ]
    assert states == ["done", "done"]
    assert correct(client, sent(desk, "credit", 1))["state"] == "waiting"
    assert correct(client, sent(desk, "credit", 500, clerk="boris"))["state"] == "done"
    desk.clock.move(timedelta(hours=24))
    assert correct(client, sent(desk, "credit", 500))["state"] == "done"


def test_what_a_second_person_approved_counts_no_more(desk: Desk, client: FlaskClient) -> None:
    made = correct(client, sent(desk, "credit", 900))
    path = f"/corrections/{made['correction_id']}/approve"
    assert client.post(path, json={"clerk": "boris"}, headers=CLERK).status_code == 200
    assert correct(client, sent(desk, "debit", 500))["state"] == "done"


def test_of_corrections_at_once_no_more_than_the_limit_is_made_alone(
    desk: Desk, client: FlaskClient
) -> None:
    """INVARIANT: whoever is first; the sum is read behind the lock of the member's account."""
    bodies = [sent(desk, "credit", 200) for _ in range(6)]
    with ThreadPoolExecutor(6) as senders:
        made = list(senders.map(lambda one: correct(client.application.test_client(), one), bodies))
    assert sorted(one["state"] for one in made) == ["done"] * 2 + ["waiting"] * 4
    assert desk.has(accrued=400)


def test_of_two_clerks_who_decide_at_once_one_wins(desk: Desk, client: FlaskClient) -> None:
    made = correct(client, sent(desk, "credit", 900))
    path = f"/corrections/{made['correction_id']}"

    def decide(number: int) -> int:
        how = "approve" if number % 2 else "refuse"
        body = {"clerk": f"clerk-{number}"} | ({} if number % 2 else {"reason": "no"})
        clerk = client.application.test_client()
        return clerk.post(f"{path}/{how}", json=body, headers=CLERK).status_code

    with ThreadPoolExecutor(4) as clerks:
        assert sorted(clerks.map(decide, range(4))) == [200, 409, 409, 409]
    assert desk.books_are_right()


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"amount": 0}, 422),
        ({"amount": -5}, 422),
        ({"amount": 1.5}, 422),
        ({"kind": "gift"}, 422),
        ({"reason": ""}, 422),
        ({"clerk": "Anna!"}, 422),
        ({"member_id": bonuses.BUYER[:-4] + "0000"}, 404),
        ({"amount": 900, "member_id": bonuses.BUYER[:-4] + "0000"}, 404),
    ],
)
def test_what_no_correction_can_be_is_refused_and_moves_nothing(
    desk: Desk, client: FlaskClient, change: dict[str, Any], status: int
) -> None:
    correct(client, sent(desk, "credit", 10) | change, status)
    assert desk.has()
    assert desk.rows("SELECT * FROM corrections WHERE member_id = :member_id") == []
