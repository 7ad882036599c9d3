"""A decision on what is held says who made it and why, to our clerks, and stays as it was made."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from tests.integration.partner_postback.partner import CLERK, Desk, Partner
from tests.integration.partner_postback.queue import decide, held, verdict


@pytest.fixture
def partner(desk: Desk) -> Partner:
    desk.store()
    return desk.partner()


@pytest.fixture
def receipt_id(desk: Desk, partner: Partner) -> str:
    """A report that waits for a clerk, who may release it."""
    desk.store(days=30)
    return held(partner, partner.report(click_id=partner.click(days=31)), "click_too_old")


@pytest.mark.parametrize("how", ["release", "refuse"])
def test_a_decision_needs_a_reason_and_a_clerk(
    desk: Desk, partner: Partner, receipt_id: str, how: str
) -> None:
    path = f"/held/{receipt_id}/{how}"
    mine = {"clerk": "anna", "reason": "mine"}
    for field, value in (("clerk", "A B"), ("clerk", ""), ("reason", ""), ("reason", "x" * 501)):
        answer = desk.client.post(path, json={**mine, field: value}, headers=CLERK)
        assert answer.json
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, field)
    assert desk.client.post(path, json={}, headers=CLERK).status_code == 422
    own = {"Authorization": f"Bearer {partner.key}"}
    assert desk.client.post(path, json=mine, headers=own).status_code == 401
    assert verdict(partner, receipt_id) == ("held", "click_too_old")


def test_our_clerks_read_who_decided_and_partners_that_we_did(
    desk: Desk, partner: Partner, receipt_id: str
) -> None:
    decide(desk, receipt_id, "refuse", "made up")
    path = f"/receipts/{receipt_id}"
    for answer, name in (
        (desk.client.get(path, headers=CLERK), "anna"),
        (partner.read(path), "operator"),
    ):
        [decision] = answer.get_json()["decisions"]
        assert (decision["decided_by"], decision["reason"]) == (name, "made up")


def test_no_decision_is_ever_changed(desk: Desk, receipt_id: str) -> None:
    decide(desk, receipt_id, "refuse")
    for statement in (
        "UPDATE held_decisions SET reason = 'x'",
        "DELETE FROM held_decisions",
        "TRUNCATE held_decisions",
    ):
        with (
            pytest.raises(ProgrammingError, match="kept as it was made"),
            desk.engine.begin() as connection,
        ):
            connection.execute(text(statement))
