"""A certificate is ordered once; its code is shown once, and its QR code says the same."""

import re

import segno

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
    wanted = segno.make(code["code"], error="q", boost_error=False)
    assert drawn(reader.page.text) == [bytes(row) for row in wanted.matrix]
    assert reader.page.headers["Cache-Control"] == "no-store"
    assert reader.page.headers["Referrer-Policy"] == "same-origin"


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


def drawn(page: str) -> list[bytes]:
    """Read the dark modules of the QR code off the page's own path."""
    side, path = re.search(r'viewBox="0 0 (\d+) \d+".*?stroke="#000" d="M([^"]+)"', page).groups()  # type: ignore[union-attr]
    rows = [bytearray(int(side)) for _ in range(int(side))]
    x, y = 0, -1
    for move, numbers in re.findall(r"(^|[mh])(-?[\d. -]+)", path):
        along, *down = (float(one) for one in numbers.replace("-", " -").split())
        if move == "h":
            rows[y][x : x + int(along)] = b"\x01" * int(along)
        x, y = x + int(along), y + (int(down[0] + 0.5) if down else 0)
        if not move:
            y = int(down[0])
    quiet = 4
    return [bytes(row[quiet:-quiet]) for row in rows[quiet:-quiet]]
