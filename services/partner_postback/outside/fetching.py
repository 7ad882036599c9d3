"""Asks servers outside for a document: limited in time and size, no redirects, every fault named.

What answers may be slow, broken, hostile or somebody else. A body is read whole or not at all.
"""

import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from services.partner_postback.outside.faults import Fault, FaultCode
from shared.http_client import AnswerTooLarge, AnswerTooSlow, read_whole

LARGEST_BODY_BYTES = 16 * 1024 * 1024
LONGEST_RETRY_AFTER = timedelta(hours=1)
_CONNECT_SECONDS = 5.0
_READ_SECONDS = 30.0
_WHOLE_SECONDS = 120.0
_OK, _BAD_REQUEST, _TOO_MANY, _SERVER_ERROR = 200, 400, 429, 500
_NOT_AUTHORISED = (401, 403)
_TOO_LARGE = 413


class UnsafeAddress(ValueError):
    """The address would send our credentials over plain HTTP, or holds some itself."""

    code = "invalid_fields"

    def __init__(self, field: str, why: str) -> None:
        self.field = field
        super().__init__(f"{field}: {why}")


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: which document, what proves who asks, and what the answer must be."""

    url: str
    media_types: frozenset[str]
    method: str = "GET"
    parameters: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


def basic(name: str, password: str) -> dict[str, str]:
    """Answer the header of HTTP Basic (RFC 7617)."""
    return {"Authorization": f"Basic {b64encode(f'{name}:{password}'.encode()).decode()}"}


def bearer(token: str) -> dict[str, str]:
    """Answer the header of a bearer token."""
    return {"Authorization": f"Bearer {token}"}


def check_address(
    url: str, field: str, *, allows_plain_http: bool, allows_query: bool = False
) -> None:
    """Let an address of a server outside pass; raises UnsafeAddress."""
    try:
        parts = urlsplit(url)
        has_host, _ = bool(parts.hostname), parts.port
    except ValueError:
        has_host = False
    if not has_host or parts.scheme not in ("https", "http") or not url.isprintable():
        raise UnsafeAddress(field, "Write an address such as https://api.example.com.")
    if parts.scheme == "http" and not allows_plain_http:
        raise UnsafeAddress(field, "It must begin with https://: credentials are sent there.")
    if parts.username is not None or parts.fragment or (parts.query and not allows_query):
        raise UnsafeAddress(field, "Leave out names, passwords, a query and a fragment.")


class Fetcher:
    """Asks servers for documents over kept connections; one at a time."""

    def __init__(
        self,
        *,
        largest_bytes: int = LARGEST_BODY_BYTES,
        whole_seconds: float = _WHOLE_SECONDS,
    ) -> None:
        self._largest_bytes = largest_bytes
        self._whole_seconds = whole_seconds
        self._session = requests.Session()
        self._session.trust_env = False

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def fetch(self, ask: Ask) -> bytes:
        """Answer the body of a 200; raises Fault."""
        deadline = time.monotonic() + self._whole_seconds
        try:
            with self._send(ask) as answer:
                _check_status(answer)
                _check_kind(answer, ask)
                return self._read(answer, deadline)
        except (requests.Timeout, ReadTimeoutError, TimeoutError) as fault:
            raise Fault(FaultCode.TOO_SLOW, str(fault)) from fault
        except requests.RequestException as fault:
            raise Fault(FaultCode.UNREACHABLE, str(fault)) from fault
        except (HTTPError, OSError) as fault:  # of the connection, while the body is read
            raise Fault(FaultCode.CUT_OFF, f"the answer ended early: {fault}") from fault

    def _send(self, ask: Ask) -> requests.Response:
        # Unpacked, a few kilobytes can be a gigabyte: we ask for no packing, and take none.
        headers = {"Accept": ", ".join(sorted(ask.media_types)), "Accept-Encoding": "identity"}
        return self._session.request(
            ask.method,
            ask.url,
            params=dict(ask.parameters),
            headers={**headers, **ask.headers},
            data=ask.body,
            timeout=(_CONNECT_SECONDS, _READ_SECONDS),
            allow_redirects=False,
            stream=True,
        )

    def _read(self, answer: requests.Response, deadline: float) -> bytes:
        try:
            return read_whole(answer, self._largest_bytes, deadline, unpacks=False)
        except AnswerTooLarge:
            why = f"it has more than {self._largest_bytes} bytes"
            raise Fault(FaultCode.ANSWER_TOO_LARGE, why) from None
        except AnswerTooSlow:
            why = f"it was not all there after {self._whole_seconds:.0f} seconds"
            raise Fault(FaultCode.TOO_SLOW, why) from None


def retry_after(text: str | None, now: datetime) -> timedelta | None:
    """Answer how long a server wants to be left alone: seconds or a date, at most an hour.

    Examples: "120" is two minutes, "Wed, 25 Nov 2026 10:15:00 GMT" the time until then, "soon"
    is None, and so is a missing one.
    """
    if text is None:
        return None
    if text.isascii() and text.isdecimal():
        wait = timedelta(seconds=min(int(text[:9]), LONGEST_RETRY_AFTER.total_seconds()))
    else:
        try:
            until = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
        wait = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
    return max(timedelta(0), min(wait, LONGEST_RETRY_AFTER))


def _check_status(answer: requests.Response) -> None:
    status = answer.status_code
    said = f"it answered {status} {answer.reason}"
    if status == _OK:
        return
    if status == _TOO_MANY or status >= _SERVER_ERROR:
        code = FaultCode.RATE_LIMITED if status == _TOO_MANY else FaultCode.SERVER_ERROR
        raise Fault(code, said, retry_after(answer.headers.get("Retry-After"), datetime.now(UTC)))
    if status in _NOT_AUTHORISED:
        raise Fault(FaultCode.NOT_AUTHORISED, f"{said}: look at the credentials")
    if status == _TOO_LARGE:
        raise Fault(FaultCode.ANSWER_TOO_LARGE, said)
    is_redirect = _OK < status < _BAD_REQUEST
    code = FaultCode.REDIRECTED if is_redirect else FaultCode.REQUEST_REFUSED
    raise Fault(code, f"{said} at {urlsplit(answer.url).path}")


def _check_kind(answer: requests.Response, ask: Ask) -> None:
    sent = answer.headers.get("Content-Type", "")
    media_type = sent.partition(";")[0].strip().lower()
    if media_type not in ask.media_types:
        wished = " or ".join(sorted(ask.media_types))
        raise Fault(FaultCode.WRONG_CONTENT_TYPE, f"it sent {sent[:100]!r} in place of {wished}")
    packing = answer.headers.get("Content-Encoding", "identity").lower()
    if packing != "identity":
        why = f"it sent {packing[:50]!r}, though asked for nothing packed"
        raise Fault(FaultCode.WRONG_CONTENT_TYPE, why)
