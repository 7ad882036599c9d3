"""Tills at payout's real server: many at once, slow ones, and a database that goes away."""

import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from sqlalchemy import Engine, text

from services.payout.certificates.codes import CodeBook
from services.payout.config import Settings
from tests.integration.payout.salons import Salons
from tests.integration.payout.world import stack_settings
from tests.support.processes import serving

ROUTE = "/till/redemptions"
TILLS = 48
SLOW = 40  # more than there are threads
# What the lane's own connection did last tells it from Flask's.
_COUNTER = text("""
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND query LIKE '%unnest(%' AND state = 'idle'
    AND pid <> pg_backend_pid()
""")
_HOLD = text("SELECT 1 FROM certificates WHERE code_hash = :hash FOR UPDATE")
_THROW_OUT = text("""
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
""")


@pytest.fixture
def url(
    salons: Salons, settings: Settings, fresh_service_url: Callable[[str], str], tmp_path: Path
) -> Iterator[str]:
    """The web process, on the database of these salons."""
    assert salons.here
    changes = {
        "DATABASE_URL": fresh_service_url("payout"),
        "CERTIFICATE_KEYS": settings.certificate_keys[0].hex(),
    }
    with serving(
        "payout", "web", tmp_path, stack_settings("payout", "web", tmp_path, changes)
    ) as address:
        yield address


def bought(code: str, receipt: str) -> dict[str, Any]:
    return {"code": code, "receipt": receipt, "goods": "smartphone", "price_minor": 150_000}


def logged(folder: Path) -> str:
    return "".join(path.read_text() for path in folder.glob("payout-web-*.log"))


def test_tills_that_ask_together_are_each_told_their_own(
    salons: Salons, url: str, tmp_path: Path
) -> None:
    codes = salons.codes(TILLS)

    def redeem(number: int) -> dict[str, Any]:
        sent = bought(codes[number], f"T-{number}")
        headers = salons.here | {"X-Request-Id": f"till-{number:08}"}
        answer = requests.post(url + ROUTE, json=sent, headers=headers, timeout=30)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    with ThreadPoolExecutor(TILLS) as together:
        told = list(together.map(redeem, range(TILLS)))
        again = list(together.map(redeem, range(TILLS)))
    assert [one["receipt"] for one in told] == [f"T-{number}" for number in range(TILLS)]
    assert again == told
    assert salons.owed()["redeemed"] == TILLS
    assert "counter.not_together" not in logged(tmp_path)
    assert f'"request_id": "till-{TILLS - 1:08}"' in logged(tmp_path)


def test_one_receipt_for_two_codes_is_told_to_its_tills_alone(salons: Salons, url: str) -> None:
    """INVARIANT: of a batch that cannot be taken as one, each is answered as if it were alone."""
    codes = salons.codes(TILLS)

    def redeem(number: int) -> int:
        receipt = "T-same" if number < 4 else f"T-{number}"
        sent = bought(codes[number], receipt)
        return requests.post(url + ROUTE, json=sent, headers=salons.here, timeout=30).status_code

    with ThreadPoolExecutor(TILLS) as together:
        answered = list(together.map(redeem, range(TILLS)))
    assert sorted(answered[:4]) == [200, 409, 409, 409]
    assert set(answered[4:]) == {200}
    assert salons.owed()["redeemed"] == TILLS - 3


def test_a_database_that_threw_everybody_out_is_found_again(
    salons: Salons, url: str, engine: Engine, tmp_path: Path
) -> None:
    for receipt in ("before", "after", "later"):
        sent = bought(salons.code(), receipt)
        answer = requests.post(url + ROUTE, json=sent, headers=salons.here, timeout=30)
        assert answer.status_code == 200, answer.text
        if receipt == "before":
            with engine.begin() as connection:
                connection.execute(_THROW_OUT)
    assert logged(tmp_path).count("counter.not_together") == 1


def test_slow_senders_keep_no_till_waiting(salons: Salons, url: str) -> None:
    """What would break it: a thread for each that has not sent its whole body yet."""
    address, purchase = urlsplit(url), bought(salons.code(), "R-quick")
    check = {name: purchase[name] for name in ("code", "price_minor")}
    asked = {"/till/check": check, ROUTE: purchase}
    with ExitStack() as opened:
        for path in [*asked] * SLOW:
            slow = socket.create_connection((address.hostname, address.port), timeout=30)
            head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 200\r\n\r\n{{"
            opened.enter_context(slow).sendall(head.encode())
        for path, sent in asked.items():
            answer = requests.post(url + path, json=sent, headers=salons.here, timeout=10)
            assert answer.status_code == 200, answer.text


def test_a_body_is_read_however_it_is_framed(salons: Salons, url: str, tmp_path: Path) -> None:
    """INVARIANT: the lane and Flask read alike: what is asked again is answered the same."""
    purchase = bought(salons.code(), "R  1")  # two spaces: the lane leaves it to Flask
    check = {name: purchase[name] for name in ("code", "price_minor")}
    key = f"Authorization: {salons.here['Authorization']}"
    for path, asked in ((ROUTE, purchase), ("/till/check", check)):
        body = json.dumps(asked).encode()
        chunk = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        whole, line = f"Content-Length: {len(body)}", f"POST {path} HTTP/1.1"
        for headers, sent in (
            (["Transfer-Encoding: chunked", key], chunk),
            ([whole, key, "Content_Length: 0"], body),
            ([whole, key, "Authorization: Bearer another"], body),
        ):
            answer = answered(url, line, sent, *headers)
            assert answer.startswith(b"HTTP/1.1 200"), (headers, answer)
        cut = answered(url, line, b"{}", "Content-Length: 500", is_cut=True)
        assert cut.startswith(b"HTTP/1.1 400"), cut
    assert "[ERROR]" not in logged(tmp_path)


def test_a_certificate_that_is_held_keeps_no_other_till_waiting(
    salons: Salons, url: str, engine: Engine
) -> None:
    held, *codes = salons.codes(9)
    with ThreadPoolExecutor(9) as together, engine.begin() as connection:
        connection.execute(_HOLD, {"hash": CodeBook([b"c" * 32]).hashes(held)[0]})

        def redeem(code: str) -> int:
            sent = bought(code, f"R-{code}")
            return requests.post(
                url + ROUTE, json=sent, headers=salons.here, timeout=30
            ).status_code

        slow = together.submit(redeem, held)
        assert [one.result(5) for one in [together.submit(redeem, code) for code in codes]] == (
            [200] * 8
        )
        connection.rollback()
        assert slow.result() == 200


def test_a_database_that_falls_silent_is_left(salons: Salons, url: str, engine: Engine) -> None:
    """What would break it: a failover that nobody is told of, and no till redeems any more."""
    codes = salons.codes(2)
    headers = salons.here
    assert requests.post(url + ROUTE, json=bought(codes[0], "R-1"), headers=headers, timeout=30).ok
    with engine.begin() as connection:
        silent = connection.scalar(_COUNTER)
    os.kill(silent, signal.SIGSTOP)
    try:
        again = requests.post(url + ROUTE, json=bought(codes[1], "R-2"), headers=headers, timeout=9)
    finally:
        os.kill(silent, signal.SIGCONT)
    assert again.status_code == 200, again.text
    assert salons.owed()["redeemed"] == 2


def test_what_no_till_sends_is_refused_and_no_fault(url: str) -> None:
    for request_line, body in (
        ("POST /till/redemptions?\xff=\xfe HTTP/1.1", b"{}"),
        ("GET /runs?month=\xd0\xbd HTTP/1.1", b""),
        ("GET /runs/%ff%fe HTTP/1.1", b""),
        ("POST /till/redemptions HTTP/1.1", b'{"code": "\xff"}'),
        ("POST /till/redemptions HTTP/1.1", b"x" * 5_000_000),
    ):
        answer = answered(url, request_line, body)
        assert answer.startswith(b"HTTP/1.1 4"), (request_line, answer)


def answered(
    url: str, request_line: str, body: bytes, *headers: str, is_cut: bool = False
) -> bytes:
    address = urlsplit(url)
    headers = headers or (f"Content-Length: {len(body)}",)
    head = [request_line, "Host: x", "Connection: close", "Content-Type: application/json"]
    sent = "\r\n".join([*head, *headers, "", ""]).encode("latin-1") + body
    with socket.create_connection((address.hostname, address.port), timeout=30) as till:
        with suppress(BrokenPipeError, ConnectionResetError):  # refused before all of it came
            till.sendall(sent)
            if is_cut:
                till.shutdown(socket.SHUT_WR)
        return till.makefile("rb").read()
