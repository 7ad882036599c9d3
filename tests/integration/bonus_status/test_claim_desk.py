"""A clerk's steps with claims, and two clerks at once: one wins, the other is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from tests.integration.bonus_status.api import CLERK, PARTNER
from tests.integration.bonus_status.claiming import Claims
from tests.integration.bonus_status.desk import Desk
from tests.support import bonuses
from tests.support.bonuses import new_id

ROUTES = ("send", "answer", "accept", "refuse")


@pytest.fixture
def claims(desk: Desk) -> Claims:
    return Claims(desk)


def test_a_claim_goes_to_the_partner_is_answered_and_accepted(claims: Claims) -> None:
    answered = claims.answered(amount_minor=100_000, text="Delivery is not counted.")
    claim = claims.done("accept", answered, reason="The store confirmed it.")
    assert (claim["state"], claim["accepted_minor"]) == ("accepted", 100_000)
    steps = [(one["what"], one["who"], one["why"]) for one in claim["steps"]]
    assert steps == [
        ("opened", "member", None),
        ("sent", "anna", None),
        ("answered", "anna", "Delivery is not counted."),
        ("accepted", "anna", "The store confirmed it."),
    ]
    said = claims.said(claim["claim_id"])
    assert [(one["version"], one["data"]["state"]) for one in said] == [
        (1, "opened"), (2, "sent"), (3, "answered"), (4, "accepted"),
    ]  # fmt: skip
    assert "Delivery" not in str(said)


def test_what_the_partner_denied_can_only_be_refused(claims: Claims) -> None:
    answered = claims.answered("denied")
    answer = claims.does("accept", answered, reason="all the same")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "partner_denied")
    assert claims.done("refuse", answered, reason="No such order.")["state"] == "refused"


def test_what_the_store_reported_counts_not_what_was_claimed(claims: Claims) -> None:
    """Reported after it was claimed with far more: no sum is said, and the report's stands."""
    claims.clicks(hours=1)
    order = claims.order(amount_minor=100_000_000)
    claims.later()
    claim = claims.seen(claims.post(order).get_json()["claim_id"])
    claims.reported(order, paid_minor=109_900)
    answered = claims.done(
        "answer", claims.done("send", claim), partner_answer="confirmed", amount_minor=None
    )
    accepted = claims.done("accept", answered, reason="found")
    assert accepted["accepted_minor"] is None
    assert claims.said(claim["claim_id"])[-1]["data"]["accepted_minor"] is None


def test_what_the_store_decided_meanwhile_cannot_be_accepted(claims: Claims) -> None:
    answered = claims.answered()
    claims.reported(answered, status="approved")
    refused = claims.does("accept", answered, reason="found")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "order_decided")
    claims.works()
    assert claims.seen(answered["claim_id"])["state"] == "settled"


def test_who_decides_on_an_older_version_is_told_who_was_first(claims: Claims) -> None:
    claim = claims.opened()
    claims.done("refuse", claim, reason="no", clerk="anna")
    answer = claims.does("refuse", claim, reason="no", clerk="boris")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "claim_changed_meanwhile")
    assert "is refused since 2027-01-08T12:00:00Z, by anna" in answer.get_json()["detail"]


def test_of_clerks_who_decide_at_once_one_wins(claims: Claims) -> None:
    """INVARIANT: what would break it: a version that is read without a lock, or not at all."""
    for _ in range(10):
        claim = claims.answered()
        together = Barrier(4)

        def decide(place: int, claim: dict[str, Any] = claim, together: Barrier = together) -> int:
            clerk = claims.client.application.test_client()
            body = {"version": claim["version"], "clerk": f"clerk-{place}", "reason": "mine"}
            what = "accept" if place % 2 else "refuse"
            together.wait()
            path = f"/claims/{claim['claim_id']}/{what}"
            return clerk.post(path, json=body, headers=CLERK).status_code

        with ThreadPoolExecutor(4) as clerks:
            answers = sorted(clerks.map(decide, range(4)))
        assert answers == [200, 409, 409, 409]
        ended = claims.seen(claim["claim_id"])
        assert ended["version"] == claim["version"] + 1
        assert [one["who"] for one in ended["steps"]][-1] == ended["changed_by"]
        assert len(claims.said(claim["claim_id"])) == ended["version"]


def test_an_order_is_accepted_for_one_member(claims: Claims) -> None:
    order_id = f"shared-{new_id()}"
    answered = []
    for _ in range(2):
        claims.desk.member_id = new_id()
        claims.sign_in(claims.desk.member_id)
        claims.clicks(hours=1)
        order = claims.order(order_id=order_id)
        claims.later()
        opened = claims.seen(claims.post(order).get_json()["claim_id"])
        sent = claims.done("send", opened)
        answered.append(claims.done("answer", sent, partner_answer="confirmed"))
    claims.done("accept", answered[0], reason="first")
    second = claims.does("accept", answered[1], reason="second")
    assert (second.status_code, second.get_json()["code"]) == (409, "accepted_for_another")
    assert claims.seen(answered[1]["claim_id"])["state"] == "answered"


def test_the_queue_shows_what_is_overdue(claims: Claims) -> None:
    claim = claims.opened()
    mine = f"store_id={claims.desk.store_id}"
    assert claims.clerk(f"/claims?overdue=true&{mine}") == []
    sent = claims.done("send", claim)
    claims.later(timedelta(days=31))
    (late,) = claims.clerk(f"/claims?overdue=true&{mine}")
    assert late["claim_id"] == claim["claim_id"]
    claims.done("answer", sent, partner_answer="denied")
    assert claims.clerk(f"/claims?overdue=true&{mine}") == []
    claims.later(timedelta(days=15))
    assert len(claims.clerk(f"/claims?overdue=true&{mine}&state=answered")) == 1


def test_the_partners_own_answer_is_heard_once(claims: Claims) -> None:
    claim = claims.done("send", claims.opened())
    answers = {
        "claim_id": claim["claim_id"],
        "partner_id": "global-mall",
        "answer": "confirmed",
        "amount_minor": 99_900,
        "text": None,
        "answered_at": "2027-01-09T10:00:00Z",
    }
    event = claims.desk.event("claim-answers", "claim.answered", answers, claim["claim_id"])
    claims.desk.hear(event)
    claims.desk.hear(event)
    heard = claims.seen(claim["claim_id"])
    assert (heard["state"], heard["partner_minor"]) == ("answered", 99_900)
    assert heard["changed_by"] == "partner:global-mall"
    assert len(heard["steps"]) == 3


def test_an_answer_to_what_was_decided_is_only_noted(claims: Claims) -> None:
    sent = claims.done("send", claims.opened())
    refused = claims.done("refuse", sent, reason="The member took the goods back.")
    answers = {
        "claim_id": refused["claim_id"],
        "partner_id": "global-mall",
        "answer": "confirmed",
        "amount_minor": None,
        "text": None,
        "answered_at": "2027-01-09T10:00:00Z",
    }
    claims.desk.hear(
        claims.desk.event("claim-answers", "claim.answered", answers, refused["claim_id"])
    )
    heard = claims.seen(refused["claim_id"])
    assert (heard["state"], heard["version"]) == ("refused", refused["version"])
    assert [one["what"] for one in heard["steps"]][-1] == "late_answer"


@pytest.mark.parametrize("what", ROUTES)
def test_only_clerks_decide(claims: Claims, what: str) -> None:
    path = f"/claims/{bonuses.new_id()}/{what}"
    body = {"version": 1, "clerk": "anna", "reason": "no", "partner_answer": "denied"}
    assert claims.client.post(path, json=body).status_code == 401
    assert claims.client.post(path, json=body, headers=PARTNER).status_code == 401


@pytest.mark.parametrize("what", ROUTES)
def test_a_decision_names_its_clerk_and_version(claims: Claims, what: str) -> None:
    answer = claims.client.post(f"/claims/{new_id()}/{what}", json={}, headers=CLERK)
    fields = {one["field"] for one in answer.get_json()["errors"]}
    assert answer.status_code == 422
    assert fields >= {"version", "clerk"}


def test_an_unknown_claim_is_said_to_be_one(claims: Claims) -> None:
    gone = {"claim_id": new_id(), "version": 1}
    assert claims.does("refuse", gone, reason="no").status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE claims SET state = 'accepted', version = version + 1 WHERE claim_id = :bonus_id",
        "UPDATE claims SET state = 'sent' WHERE claim_id = :bonus_id",
        "UPDATE claims SET state = 'refused', version = version + 1 WHERE claim_id = :bonus_id",
        "DELETE FROM claim_steps WHERE claim_id = :bonus_id",
        "UPDATE claim_steps SET who = 'nobody' WHERE claim_id = :bonus_id",
    ],
)
def test_the_database_keeps_the_rules_too(
    claims: Claims, change: str, execute: Callable[[Desk, str, str], None]
) -> None:
    claim = claims.opened()
    with pytest.raises(DBAPIError):
        execute(claims.desk, change, claim["claim_id"])


@pytest.fixture
def execute() -> Callable[[Desk, str, str], None]:
    """Run a statement as the service's own role."""

    def run(desk: Desk, statement: str, claim_id: str) -> None:
        desk.rows(f"{statement} RETURNING 1", claim_id)

    return run
