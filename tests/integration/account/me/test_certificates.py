"""A certificate is ordered once, and its code is shown once."""

import re

from tests.integration.account.me.conftest import Reader
from tests.integration.account.me.neighbours import CERTIFICATE, GOAL, Neighbours

PATH = f"/me/certificates/{CERTIFICATE}/code"
MINE = {"certificate_id": CERTIFICATE, "denomination": 250, "status": "issued"}
MINE |= {"issued_at": "2026-11-29T10:00:00Z", "revealed_at": None}
ORDER = {"payout_id": GOAL, "denomination": 250, "ordered_at": "2026-11-29T10:00:00Z"}
ORDER |= {"state": "requested", "certificate_id": None, "reason": None}


def test_what_fits_can_be_ordered(reader: Reader) -> None:
    reader.opens("/me/certificates")
    assert re.findall(r'<option value="(\d+)"', reader.page.text) == ["250", "100"]


def test_two_clicks_are_one_order(reader: Reader, neighbours: Neighbours) -> None:
    """INVARIANT: the form's own key goes with every click; what would break it: a new key each."""
    neighbours.answers["POST /me/certificates"] = (202, ORDER)
    neighbours.answers[f"GET /me/certificates/orders/{GOAL}"] = ORDER
    reader.opens("/me/certificates")
    found = re.search(r'name="key" value="([^"]+)"', reader.page.text)
    assert found is not None
    assert "It is being made" in reader.sends("/me/certificates", key=found[1], sum="250")
    assert "data-renew-seconds" in reader.page.text
    assert neighbours.asked("POST /me/certificates") == [{"denomination": 250}]
    reader.opens("/me/certificates")
    neighbours.refuse("POST /me/certificates", 409, "not_enough")
    reader.sends("/me/certificates", key=found[1], sum="500")
    assert reader.page.status_code == 422
    assert f'name="key" value="{found[1]}"' in reader.page.text


def test_with_too_little_a_goal_is_offered(reader: Reader, neighbours: Neighbours) -> None:
    few = {"data": [100, 250], "spendable": 30}
    neighbours.answers["GET /me/certificates/denominations"] = few
    said = reader.opens("/me/certificates")
    assert "The smallest certificate costs 100 ₽ You have 30 ₽ for one now." in said


def test_a_code_is_shown_by_a_post_alone(reader: Reader, neighbours: Neighbours) -> None:
    neighbours.answers["GET /me/certificates"] = {"data": [MINE]}
    code = MINE | {"code": "7KQ4-M2XW-9HBD-R5TE"}
    neighbours.answers[f"POST /me/certificates/{CERTIFICATE}/reveal"] = code
    assert "The code is shown once only." in reader.opens(PATH)
    assert not neighbours.asked(f"POST /me/certificates/{CERTIFICATE}/reveal")
    assert "7KQ4-M2XW-9HBD-R5TE" in reader.sends(PATH)
    assert "<svg" in reader.page.text
    assert reader.page.headers["Cache-Control"] == "no-store"


def test_a_code_that_was_shown_says_where_it_stands(reader: Reader, neighbours: Neighbours) -> None:
    neighbours.answers["GET /me/certificates"] = {"data": [MINE]}
    neighbours.refuse(f"POST /me/certificates/{CERTIFICATE}/reveal", 409, "already_revealed")
    reader.opens(PATH)
    assert "It stands in the SMS too" in reader.sends(PATH)
    assert reader.page.status_code == 409


def test_anothers_certificate_is_not_there(reader: Reader, neighbours: Neighbours) -> None:
    reader.opens(PATH)
    assert reader.page.status_code == 404
    reader.opens("/me/certificates")
    reader.sends(PATH)
    assert reader.page.status_code == 404
    assert neighbours.asked(f"POST /me/certificates/{CERTIFICATE}/reveal")
