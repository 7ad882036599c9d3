"""Numbers of many at once, for services alone: who has none to be topped up is missing."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from tests.integration.members.conftest import CLERK, SERVICE, Desk
from tests.integration.members.relatives import household
from tests.integration.payout.world import Operator
from tests.support.clock import SteppedClock


def test_members_and_consenting_relatives_are_answered(
    opened: Callable[..., Desk], operator: Operator, clock: SteppedClock
) -> None:
    """INVARIANT: no consent, no number; and an id of one kind never answers as the other."""
    home = household(opened(billing_url=operator.url), clock)
    agreed, asked, left = home.consented(), home.asked(), home.consented()
    home.withdrawn_by_clerk(left)
    relatives = [one["relative_id"] for one in (agreed, asked, left)]
    sent = {
        "members": [home.member_id, relatives[0], str(uuid4())],
        "relatives": [*relatives, home.member_id, str(uuid4())],
    }
    answer = home.desk.ask("POST", "/contacts", key=SERVICE, json=sent)
    assert answer.get_json() == {
        "members": {home.member_id: home.phone},
        "relatives": {agreed["relative_id"]: agreed["phone"]},
    }


def test_of_an_erased_member_nothing_is_answered(
    opened: Callable[..., Desk],
    operator: Operator,
    clock: SteppedClock,
    service_engine: Callable[[str], Engine],
) -> None:
    home = household(opened(billing_url=operator.url), clock)
    relative = home.consented()
    erase = text("UPDATE members SET status = 'erased' WHERE member_id = :id")
    with service_engine("members").begin() as connection:
        connection.execute(erase, {"id": home.member_id})
    sent = {"members": [home.member_id], "relatives": [relative["relative_id"]]}
    answer = home.desk.ask("POST", "/contacts", key=SERVICE, json=sent)
    assert answer.get_json() == {"members": {}, "relatives": {}}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"members": ["x"]}, "members.0"),
        ({"members": "x"}, "members"),
        ({"members": [str(uuid4())] * 201}, "members"),
        ({"relatives": [str(uuid4())] * 201}, "relatives"),
        ({"phones": []}, "phones"),
    ],
)
def test_a_wrong_field_is_named(desk: Desk, sent: dict[str, object], field: str) -> None:
    answer = desk.ask("POST", "/contacts", key=SERVICE, json=sent)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.get_json()["errors"]] == [field]


def test_two_hundred_are_answered_at_once(desk: Desk) -> None:
    sent = {"members": [str(uuid4()) for _ in range(200)]}
    assert desk.ask("POST", "/contacts", key=SERVICE, json=sent).get_json()["members"] == {}


def test_only_services_may_ask(desk: Desk) -> None:
    for key in ({}, {"Authorization": "Bearer wrong"}):
        assert desk.ask("POST", "/contacts", key=key, json={}).status_code == 401
    assert desk.ask("POST", "/contacts", key=CLERK, json={}).status_code == 200
