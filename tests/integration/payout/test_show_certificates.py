"""A code is shown to its owner once, as JSON or as a page to print whose QR code says the same."""

import re
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import segno
from werkzeug.test import TestResponse

from services.payout.store.certificates import Issued
from tests.integration.payout.callers import CLERK, SERVICE, assert_problem
from tests.integration.payout.given import hear_member
from tests.integration.payout.salons import Salons


def reveal(salons: Salons, issued: Issued, query: str = "") -> TestResponse:
    path = f"/me/certificates/{issued.certificate_id}/reveal{query}"
    return salons.member(issued.member_id).post(path)


def test_a_code_is_shown_once(salons: Salons) -> None:
    issued = salons.issued(500)
    first = reveal(salons, issued)
    assert first.status_code == 200, first.text
    assert first.get_json()["code"] == salons.opened_code(issued)
    assert first.headers["Cache-Control"] == "no-store"
    again = reveal(salons, issued)
    assert_problem(again, 409, "already_revealed")
    assert "SMS" in again.get_json()["detail"]
    [mine] = salons.member(issued.member_id).get("/me/certificates").get_json()["data"]
    assert mine["revealed_at"] is not None
    assert "code" not in mine


def test_of_two_who_ask_in_the_same_moment_one_is_shown_it(salons: Salons) -> None:
    """INVARIANT: what would break it: a look whether it was shown, and only then the note of it."""
    for _ in range(5):
        issued = salons.issued(100)
        with ThreadPoolExecutor(4) as together:
            answers = list(together.map(lambda _, one=issued: reveal(salons, one), range(4)))
        assert sorted(one.status_code for one in answers) == [200, 409, 409, 409]


def test_a_code_is_shown_to_its_owner_alone(salons: Salons) -> None:
    issued = salons.issued(500)
    path = f"/me/certificates/{issued.certificate_id}/reveal"
    assert_problem(salons.member(uuid4()).post(path), 404, "unknown_certificate")
    for key in ({}, CLERK, SERVICE, salons.here):
        assert salons.app.test_client().post(path, headers=key).status_code == 401
    assert salons.member(issued.member_id).get(path).status_code == 405
    nobodys = f"/me/certificates/{uuid4()}/reveal"
    assert salons.member(issued.member_id).post(nobodys).status_code == 404
    assert reveal(salons, issued).status_code == 200


def test_who_is_blocked_is_shown_no_code(salons: Salons) -> None:
    """INVARIANT: the session of a thief who is blocked turns no certificate into money."""
    issued, world = salons.issued(500), salons.world
    with world.engine.begin() as connection:
        hear_member(connection, issued.member_id, world.clock, status="blocked")
    assert_problem(reveal(salons, issued), 409, "member_not_active")
    with world.engine.begin() as connection:
        hear_member(connection, issued.member_id, world.clock)
    assert reveal(salons, issued).status_code == 200


def test_a_code_that_is_spent_is_not_shown_and_a_wrong_format_shows_nothing(
    salons: Salons,
) -> None:
    issued = salons.issued(500)
    assert reveal(salons, issued, "?format=pdf").status_code == 422
    salons.redeem(salons.opened_code(issued))
    assert_problem(reveal(salons, issued), 409, "certificate_not_open")


def test_the_page_to_print_stands_alone_and_its_qr_code_is_the_code(salons: Salons) -> None:
    """INVARIANT: no script, no third party; a page that leaks is money that leaks."""
    issued = salons.issued(2000)
    page = reveal(salons, issued, "?format=html")
    assert page.content_type == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert not re.search(r"<script|https?:|src=|@import|url\(", page.text)
    code = salons.opened_code(issued)
    assert all(f"<span>{group}</span>" in page.text for group in code.split("-"))
    for said in ("2\u00a0000&nbsp;₽", "burns", "Whoever holds this page can spend it"):
        assert said in page.text
    wanted = segno.make(code, error="q", boost_error=False)
    assert drawn(page.text) == [bytes(row) for row in wanted.matrix]
    assert_problem(reveal(salons, issued, "?format=html"), 409, "already_revealed")


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
