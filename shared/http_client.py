"""HTTP to other services and the outside: every wait limited, honest about what may have happened.

A call ends in an answer, in `NotSent` (nothing left this machine: try again at will) or in
`OutcomeUnknown` (it may have been executed: ask, never repeat blindly). Only safe calls, and those
whose caller says that repeating is harmless, are tried again. A breaker stops calling a server that
keeps failing.
"""

import random
import threading
import time
from contextlib import closing
from enum import Enum
from io import BytesIO
from typing import Any
from urllib.parse import urljoin

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
)

CONNECT_SECONDS = 2.0
READ_SECONDS = 10.0
_SAFE = frozenset({"GET", "HEAD"})
_TRIES = 3
_FIRST_PAUSE_SECONDS = 0.1
# How many times the longest wait for a part of an answer the whole of it may take.
_WHOLE = 3
# A file of a million top-ups has a hundred.
LARGEST_ANSWER_BYTES = 256 * 2**20
_CHUNK_BYTES = 64 * 1024
_FAILURES_THAT_OPEN = 10
_OPEN_SECONDS = 5.0
_SERVER_ERROR = 500


class CallFailed(Exception):
    """The call had no usable answer."""


class NotSent(CallFailed):
    """The server was not reached: certainly nothing happened there."""


class OutcomeUnknown(CallFailed):
    """The call was sent and no answer came: it may or may not have been executed."""


class CircuitOpen(NotSent):
    """The server kept failing, so nothing was sent this time."""


class Circuit(Enum):
    """Whether calls pass: all of them, none, or one that tries whether the server is back."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker:
    """Opens after failures in a row, lets one call try again after a while, closes on success."""

    def __init__(
        self, failures: int = _FAILURES_THAT_OPEN, open_seconds: float = _OPEN_SECONDS
    ) -> None:
        """Take how many failures open it, and for how many seconds."""
        self._limit, self._open_seconds = failures, open_seconds
        self._failures, self._opened_at = 0, 0.0
        self._lock = threading.Lock()

    @property
    def circuit(self) -> Circuit:
        """Answer what would become of a call now: who has work to claim first asks."""
        if self._failures < self._limit:
            return Circuit.CLOSED
        waits = time.monotonic() - self._opened_at < self._open_seconds
        return Circuit.OPEN if waits else Circuit.HALF_OPEN

    def check(self) -> None:
        """Let a call pass; raises CircuitOpen."""
        with self._lock:
            circuit = self.circuit
            if circuit is Circuit.CLOSED:
                return
            if circuit is Circuit.OPEN:
                raise CircuitOpen
            self._opened_at = time.monotonic()  # this one tries; the others wait for its outcome

    def note(self, *, success: bool) -> None:
        """Note how a call ended."""
        with self._lock:
            self._failures = 0 if success else self._failures + 1
            if self._failures == self._limit:
                self._opened_at = time.monotonic()


class AnswerTooLarge(Exception):
    """The body has more bytes than it may."""


class AnswerTooSlow(Exception):
    """The body was not all there in time."""


def read_whole(
    answer: requests.Response, most_bytes: int, deadline: float, *, unpacks: bool
) -> bytes:
    """Read a body that was not read yet, up to a moment of time.monotonic().

    `unpacks`: a packed one, too, whose bytes then count unpacked. Raises AnswerTooLarge,
    AnswerTooSlow, and urllib3's HTTPError.
    """
    body = bytearray()
    while chunk := answer.raw.read1(_CHUNK_BYTES, decode_content=unpacks):
        body += chunk
        if len(body) > most_bytes:
            raise AnswerTooLarge
        # A server that sends a byte now and then never runs into the time-out of one read.
        if time.monotonic() > deadline:
            raise AnswerTooSlow
    return bytes(body)


class _Whole(HTTPAdapter):
    """Reads each answer whole, within a time and a size: one that drips would hold its caller."""

    def __init__(self, whole_seconds: float, connections: int) -> None:
        self._whole_seconds = whole_seconds
        super().__init__(pool_connections=1, pool_maxsize=connections, max_retries=0)

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> Any:
        """Answer a response whose body is here; raises requests.RequestException."""
        answer = super().send(request, *args, **options)
        if options.get("stream"):
            return answer
        deadline = time.monotonic() + self._whole_seconds
        try:
            with closing(answer.raw):
                body = read_whole(answer, LARGEST_ANSWER_BYTES, deadline, unpacks=True)
        except AnswerTooSlow:
            why = f"the answer was not all there after {self._whole_seconds:.0f} seconds"
            raise requests.ReadTimeout(why) from None
        except AnswerTooLarge:
            why = f"the answer has more than {LARGEST_ANSWER_BYTES} bytes"
            raise requests.ConnectionError(why) from None
        except HTTPError as fault:
            raise requests.ConnectionError(fault, request=request) from fault
        answer.raw = BytesIO(body)
        return answer


class HttpClient:
    """Calls to one server. Thread-safe; make it after a fork."""

    def __init__(  # noqa: PLR0913 - each has its usual value
        self,
        base_url: str,
        *,
        bearer: str | None = None,
        read_seconds: float = READ_SECONDS,
        connections: int = 16,
        breaker: Breaker | None = None,
        tries: int = _TRIES,
    ) -> None:
        """Take the server's address, the key to send, and how long to wait for an answer.

        `tries`: of a call that is harmless to repeat.
        """
        self._base = base_url.rstrip("/") + "/"
        self._timeout = (CONNECT_SECONDS, read_seconds)
        self._breaker = breaker or Breaker()
        self._tries = tries
        self._session = requests.Session()
        self._session.trust_env = False
        adapter = _Whole(_WHOLE * read_seconds, connections)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)
        if bearer:
            self._session.headers["Authorization"] = f"Bearer {bearer}"

    @property
    def circuit(self) -> Circuit:
        """Answer whether a call would pass now."""
        return self._breaker.circuit

    def get(self, path: str, **options: Any) -> requests.Response:
        """GET, tried again on failure; raises NotSent, OutcomeUnknown."""
        return self.call("GET", path, **options)

    def post(
        self,
        path: str,
        *,
        repeatable: bool = False,
        **options: Any,
    ) -> requests.Response:
        """POST once, or again where the caller says it is harmless (an idempotency key)."""
        return self.call("POST", path, repeatable=repeatable, **options)

    def call(
        self,
        method: str,
        path: str,
        *,
        repeatable: bool = False,
        **options: Any,
    ) -> requests.Response:
        """Call; answers any response below 500; raises NotSent, OutcomeUnknown."""
        tries = self._tries if repeatable or method in _SAFE else 1
        for one in range(tries):
            try:
                return self._once(method, path, options)
            except CircuitOpen:
                raise
            except CallFailed:
                if one == tries - 1:
                    raise
                time.sleep(random.uniform(0.5, 1.5) * _FIRST_PAUSE_SECONDS * 2**one)  # noqa: S311
        raise AssertionError

    def _once(self, method: str, path: str, options: dict[str, Any]) -> requests.Response:
        self._breaker.check()
        options = {"timeout": self._timeout, "allow_redirects": False, **options}
        try:
            answer = self._session.request(method, urljoin(self._base, path.lstrip("/")), **options)
        except (requests.RequestException, ValueError) as fault:
            # ValueError: requests reads the address of a redirect even when it is not followed.
            self._breaker.note(success=False)
            if _never_left(fault):
                raise NotSent(str(fault)) from fault
            raise OutcomeUnknown(str(fault)) from fault
        failed = answer.status_code >= _SERVER_ERROR
        self._breaker.note(success=not failed)
        if failed:
            message = f"{method} {path} answered {answer.status_code}"
            raise OutcomeUnknown(message)
        return answer


def _never_left(fault: Exception) -> bool:
    cause = fault.args[0] if fault.args else None
    reason = getattr(cause, "reason", cause)
    never = (NewConnectionError, ConnectTimeoutError, NameResolutionError)
    return isinstance(fault, requests.ConnectTimeout) or isinstance(reason, never)
