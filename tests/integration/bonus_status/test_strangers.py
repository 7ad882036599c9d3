"""What is another member's is as unknown as what nobody has: on every route that takes an id."""

import re

import pytest
from flask.testing import FlaskClient

from tests.integration.bonus_status.claiming import Claims
from tests.integration.bonus_status.desk import Desk
from tests.support import bonuses


@pytest.fixture
def claims(desk: Desk) -> Claims:
    return Claims(desk)


def answer(client: FlaskClient, method: str, route: str, one: str) -> tuple[int, object]:
    """What is told of one id, but for the id itself."""
    path = re.sub(r"<uuid:\w+>", one, route)
    told = client.open(path, method=method, json=None if method == "GET" else {})
    said = told.get_json()
    said.pop("request_id", None)
    return told.status_code, str(said).replace(one, "…")


def test_a_stranger_learns_nothing_from_an_id(claims: Claims, desk: Desk) -> None:
    """INVARIANT: what would break it: a route that looks first, and asks whose it is afterwards."""
    theirs = [desk.bonus(desk.earned())["bonus_id"], claims.opened()["claim_id"]]
    client = claims.sign_in(bonuses.new_id())
    asked = [
        (method, rule.rule)
        for rule in client.application.url_map.iter_rules()
        if rule.rule.startswith("/me/") and "<uuid:" in rule.rule
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]
    assert ("GET", "/me/bonuses/<uuid:bonus_id>") in asked
    for method, route in asked:
        for one in theirs:
            told = answer(client, method, route, str(one))
            assert told == answer(client, method, route, bonuses.new_id()), (method, route)
            assert 400 <= told[0] < 500, (method, route)
