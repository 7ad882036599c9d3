"""The client tells what certainly did not happen from what may have, on servers that misbehave."""

import socket
import socketserver
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest

from shared.http_client import CircuitOpen, HttpClient, NotSent, OutcomeUnknown
from tests.support.serving import running

Answer = Callable[[socket.socket], None]


class Listener(socketserver.ThreadingTCPServer):
    """Counts the requests and answers each as the test says."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, answers: list[Answer]) -> None:
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)
        self.answers = answers
        self.requests = 0

    def finish_request(self, request: socket.socket, _client: object) -> None:  # type: ignore[override]
        request.recv(65536)
        answer = self.answers[min(self.requests, len(self.answers) - 1)]
        self.requests += 1
        answer(request)


def say(status: str, body: str = "{}") -> Answer:
    text = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}"
    return lambda connection: connection.sendall(text.encode())


def hang_up(connection: socket.socket) -> None:
    connection.close()


def keep_silent(connection: socket.socket) -> None:
    connection.recv(1)


@pytest.fixture
def listen() -> Iterator[Callable[..., tuple[Listener, HttpClient]]]:
    with ExitStack() as opened:

        def start(*answers: Answer, read_seconds: float = 2.0) -> tuple[Listener, HttpClient]:
            listener = Listener(list(answers))
            opened.enter_context(running(listener))
            address = f"http://127.0.0.1:{listener.server_address[1]}"
            return listener, HttpClient(address, read_seconds=read_seconds)

        yield start


def test_a_refused_connection_is_certainly_not_sent() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(NotSent):
            HttpClient(address).post("/top-ups", json={})


@pytest.mark.parametrize("answer", [hang_up, keep_silent, say("500 Oops"), say("503 Busy")])
def test_a_call_without_a_usable_answer_is_unknown_and_is_not_repeated(
    listen: Callable[..., tuple[Listener, HttpClient]], answer: Answer
) -> None:
    listener, client = listen(answer, read_seconds=0.3)
    with pytest.raises(OutcomeUnknown):
        client.post("/top-ups", json={})
    assert listener.requests == 1


def test_a_safe_call_is_tried_again(listen: Callable[..., tuple[Listener, HttpClient]]) -> None:
    listener, client = listen(hang_up, say("503 Busy"), say("200 OK", '{"a": 1}'))
    assert client.get("/top-ups/1").json() == {"a": 1}
    assert listener.requests == 3


def test_a_call_with_an_idempotency_key_may_be_repeated(
    listen: Callable[..., tuple[Listener, HttpClient]],
) -> None:
    listener, client = listen(hang_up, say("201 Created"))
    assert client.post("/messages", repeatable=True, json={}).status_code == 201
    assert listener.requests == 2


def test_a_redirect_is_an_answer_and_is_not_followed(
    listen: Callable[..., tuple[Listener, HttpClient]],
) -> None:
    listener, client = listen(say("302 Found"))
    assert client.post("/top-ups", json={}).status_code == 302
    assert listener.requests == 1


@pytest.mark.parametrize("address", [b"http://[", b"\xff\xfe"])
def test_a_redirect_to_no_address_is_no_answer(
    listen: Callable[..., tuple[Listener, HttpClient]], address: bytes
) -> None:
    """What would break it: a fault that no caller expects, and its whole batch is left behind."""
    head = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + address + b"\r\n\r\n"
    listener, client = listen(lambda connection: connection.sendall(head))
    with pytest.raises(OutcomeUnknown):
        client.post("/top-ups", json={})
    assert listener.requests == 1


def test_a_server_that_keeps_failing_is_left_alone(
    listen: Callable[..., tuple[Listener, HttpClient]],
) -> None:
    listener, client = listen(say("500 Oops"))
    for _ in range(10):
        with pytest.raises(OutcomeUnknown):
            client.post("/top-ups")
    with pytest.raises(CircuitOpen):
        client.post("/top-ups")
    assert listener.requests == 10


def drip(connection: socket.socket) -> None:
    """Send the beginning of an answer, then a byte now and then, as long as somebody listens."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    connection.settimeout(0.05)
    with suppress(OSError):
        for _ in range(1_000):
            connection.sendall(b" ")
            with suppress(TimeoutError):
                connection.recv(1)


def never_end(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    with suppress(OSError):
        while True:
            connection.sendall(b" " * 65_536)


def test_an_answer_that_drips_is_given_up(
    listen: Callable[..., tuple[Listener, HttpClient]],
) -> None:
    """What would break it: a time-out of each read alone, which a byte now and then never meets."""
    _, client = listen(drip, read_seconds=0.2)
    with pytest.raises(OutcomeUnknown, match="not all there after 1 seconds"):
        client.post("/top-ups", json={})


def test_an_answer_without_an_end_is_given_up(
    listen: Callable[..., tuple[Listener, HttpClient]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.http_client.LARGEST_ANSWER_BYTES", 1_000_000)
    _, client = listen(never_end)
    with pytest.raises(OutcomeUnknown, match="more than 1000000 bytes"):
        client.post("/top-ups", json={})


def say_twice(connection: socket.socket) -> None:
    for _ in range(2):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        connection.recv(65_536)


def test_a_connection_is_used_again_once_its_answer_was_read(
    listen: Callable[..., tuple[Listener, HttpClient]],
) -> None:
    listener, client = listen(say_twice)
    assert [client.get("/top-ups/1").json(), client.get("/top-ups/2").json()] == [{}, {}]
    assert listener.requests == 1
