"""Whatever is sent to a click, the answer is a redirect on the store or a 4xx; never a 5xx."""

import socket
from contextlib import suppress

import pytest

from tests.integration.click_tracking.running import ClickTracking


@pytest.fixture
def store_id(standing: ClickTracking) -> str:
    return standing.open_store()


def test_no_request_breaks_the_redirect(standing: ClickTracking, store_id: str) -> None:
    go, cookie = f"/go/{store_id}", standing.cookie()
    requests = [
        f"GET {go}?to=%00 HTTP/1.1",
        f"GET {go}?to=%ff%fe HTTP/1.1",
        f"GET {go}?to=https://shop.example/%0d%0aSet-Cookie:a=b HTTP/1.1",
        f"GET {go}?to=https://shop.example@evil.example/ HTTP/1.1",
        f"GET {go}?to=//evil.example HTTP/1.1",
        f"GET {go}?to=a&to=b HTTP/1.1",
        f"GET {go}?to='%20OR%201=1-- HTTP/1.1",
        f"GET {go}?to=<script>alert(1)</script> HTTP/1.1",
        f"GET {go}?{'a' * 20_000} HTTP/1.1",
        f"GET {go}/../../etc/passwd HTTP/1.1",
        f"GET {go}%00 HTTP/1.1",
        "GET /go/%ff%fe HTTP/1.1",
        "GET /go/';DROP%20TABLE%20stores;-- HTTP/1.1",
        "GET /go/ HTTP/1.1",
        f"GET /go/{'a' * 5_000} HTTP/1.1",
        f"POST {go} HTTP/1.1\r\nContent-Length: 0",
        f"OPTIONS {go} HTTP/1.1",
        f"BREW {go} HTTP/1.1",
        f"GET {go} HTTP/1.1\r\nCookie: {'c' * 30_000}",
        f"GET {go} HTTP/1.1\r\nCookie: cashback_session=\xff\xfe",
        f"GET {go} HTTP/1.1\r\nUser-Agent: \xff\xfe\r\n{'X-A: b' * 10}",
        f"GET {go} HTTP/1.1\r\nSec-Purpose: \xff",
        f"GET {go} HTTP/9.9",
        "\x00\x01\x02",
    ]
    for text in requests:
        status = _ask(standing.port, f"{text}\r\nHost: go.example\r\nCookie: {cookie}\r\n")
        assert status in range(200, 500), text[:80]
    assert standing.get(go).status_code == 302


def test_a_bad_page_leads_nowhere(standing: ClickTracking, store_id: str) -> None:
    """INVARIANT: a redirect leaves for the store only."""
    for page in ("https://evil.example/", "//evil.example", "javascript:alert(1)", "https:evil"):
        answer = standing.get(f"/go/{store_id}?to={page}")
        assert (answer.status_code, "Location" in answer.headers) == (400, False)
        assert answer.json()["errors"][0]["field"] == "to"


def test_a_large_body_changes_nothing(standing: ClickTracking, store_id: str) -> None:
    text = f"GET /go/{store_id} HTTP/1.1\r\nContent-Length: 2000000\r\nHost: go.example\r\n"
    assert _ask(standing.port, text, body=b"x" * 2_000_000) in range(300, 500)


def _ask(port: int, head: str, *, body: bytes = b"") -> int:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):  # it may answer before it read all
            connection.sendall(f"{head}Connection: close\r\n\r\n".encode("latin-1") + body)
        try:
            answer = connection.recv(100)
        except ConnectionResetError:
            return 400
    return int(answer.split()[1]) if answer else 400
