"""One call to a partner's server: to the address that was looked at, in 15 seconds at most.

The standard library's client, for two things that others hide: whom it connects to (a name may
lead elsewhere a moment later), and its socket, which is cut when the time is up; a time-out alone
counts from the last byte, and a server that sends one now and then would be waited for for hours.
"""

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult

from services.partner_postback.formats.request import showable
from services.partner_postback.webhooks.addresses import NoAddress, NotPublic, addresses_of
from services.partner_postback.webhooks.endpoint import WrongUrl, check_url

TIMEOUT_SECONDS = 15.0
LARGEST_ANSWER_BYTES = 64 * 1024
_LONGEST_SHOWN = 200
_MOST_ADDRESSES = 3
_PORTS = {"https": 443, "http": 80}


class CallFailed(Exception):
    """No answer came; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; `text`: how its body begins, to be shown."""

    status: int
    text: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Calls partners' servers. Thread-safe."""

    to_private: bool = False
    timeout_seconds: float = TIMEOUT_SECONDS
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """POST a body and answer what was answered, a redirect too; raises CallFailed."""
        try:
            parts = check_url(url, to_private=self.to_private)
            with self._connected(parts) as (connection, time_is_up):
                target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                connection.request("POST", target, body, {**headers, "Host": parts.netloc})
                answer = connection.getresponse()
                if time_is_up.is_set():  # what was cut looks like an end to the library
                    message = f"no answer within {self.timeout_seconds:g} seconds"
                    raise TimeoutError(message)
                return Answer(answer.status, _beginning(answer))
        except (WrongUrl, NotPublic, NoAddress) as fault:
            raise CallFailed(str(fault)) from None
        # ValueError: a socket that was cut while it was read.
        except (OSError, http.client.HTTPException, ValueError) as fault:
            why = showable(f"{type(fault).__name__}: {fault}", _LONGEST_SHOWN)
            raise CallFailed(why) from None

    @contextlib.contextmanager
    def _connected(
        self, parts: SplitResult
    ) -> Iterator[tuple[http.client.HTTPConnection, threading.Event]]:
        assert parts.hostname is not None
        port = parts.port or _PORTS[parts.scheme]
        addresses = addresses_of(parts.hostname, port, to_private=self.to_private)
        time_is_up = threading.Event()
        with (
            _connect(addresses[:_MOST_ADDRESSES], port, self.timeout_seconds) as plain,
            self._secured(plain, parts) as connected,
        ):
            watch = threading.Timer(self.timeout_seconds, _cut, [connected, time_is_up])
            watch.daemon = True
            watch.start()
            try:
                if isinstance(connected, ssl.SSLSocket):
                    connected.do_handshake()
                connection = http.client.HTTPConnection(parts.hostname, port)
                connection.sock = connected
                yield connection, time_is_up
            finally:
                watch.cancel()

    def _secured(self, plain: socket.socket, parts: SplitResult) -> socket.socket:
        if parts.scheme == "http":
            return plain
        return self.tls.wrap_socket(
            plain, server_hostname=parts.hostname, do_handshake_on_connect=False
        )


def _connect(addresses: list[str], port: int, seconds: float) -> socket.socket:
    for address in addresses[:-1]:
        with contextlib.suppress(OSError):
            return socket.create_connection((address, port), seconds / len(addresses))
    return socket.create_connection((addresses[-1], port), seconds / len(addresses))


def _cut(connected: socket.socket, time_is_up: threading.Event) -> None:
    time_is_up.set()
    # The plain socket's method: that of an SSL socket would also forget the session, under the
    # hands of the thread that reads.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connected, socket.SHUT_RDWR)


def _beginning(answer: http.client.HTTPResponse) -> str:
    # The status has been said: what is wrong with the body changes nothing.
    try:
        body = answer.read(LARGEST_ANSWER_BYTES)
    except (OSError, http.client.HTTPException, ValueError):
        return ""
    return showable(body.decode(errors="replace"), _LONGEST_SHOWN)
