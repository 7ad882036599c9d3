"""Who is asking: a person's sealed session cookie, or the bearer key of a clerk or of a service.

Sessions prove themselves and need no look-up, so that a redirect can know its visitor with every
server stopped; the price is that a session ends by its date, or for all at once by changing the
key.
"""

import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from flask import Request

from shared.clock import Clock, utc_now
from shared.sealed import BrokenSeal, Sealer

SESSION_COOKIE = "cashback_session"
_PURPOSE = b"session"


class NotSignedIn(Exception):
    """No session, or one that ended or was not ours."""

    code = "not_signed_in"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("Sign in first: the session cookie is missing, has ended or is not ours.")


class NotAllowed(Exception):
    """The bearer key is missing or has not this right."""

    code = "not_allowed"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("Send `Authorization: Bearer <key>` with a key that may do this.")


class Sessions:
    """Seal and open session tokens: who, and until when (seconds of UTC)."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """Take the keys of 32 bytes, newest first."""
        self._sealer = Sealer(keys)

    def seal(self, subject: UUID, expires_at: datetime) -> str:
        """Answer the cookie's value for a subject."""
        return self._sealer.seal(
            subject.bytes + int(expires_at.timestamp()).to_bytes(6, "big"), _PURPOSE
        )

    def read(self, token: str) -> tuple[UUID, datetime]:
        """Answer the subject and the end of a session, over or not; raises NotSignedIn."""
        try:
            plain = self._sealer.open(token, _PURPOSE)
        except BrokenSeal:
            raise NotSignedIn from None
        return UUID(bytes=plain[:16]), datetime.fromtimestamp(
            int.from_bytes(plain[16:], "big"), UTC
        )

    def open(self, token: str, now: datetime) -> UUID:
        """Answer the subject of a session that has not ended; raises NotSignedIn."""
        subject, expires_at = self.read(token)
        if now >= expires_at:
            raise NotSignedIn
        return subject


class Access:
    """The three rights: a person's own pages, a clerk's desk, another service's call."""

    def __init__(
        self,
        operator_key: str,
        service_key: str,
        sessions: Sessions | None = None,
        clock: Clock = utc_now,
    ) -> None:
        """Take the bearer keys, and the sessions where people may ask."""
        self._operator_key = operator_key.encode()
        self._service_key = service_key.encode()
        self._sessions = sessions
        self._clock = clock

    def require_operator(self, request: Request) -> None:
        """Let a clerk pass; raises NotAllowed."""
        self._require(request, self._operator_key)

    def require_service(self, request: Request) -> None:
        """Let another service, or a clerk, pass; raises NotAllowed."""
        self._require(request, self._service_key, self._operator_key)

    def subject(self, request: Request) -> UUID:
        """Answer who is signed in; raises NotSignedIn."""
        token = request.cookies.get(SESSION_COOKIE, "")
        if self._sessions is None or not token:
            raise NotSignedIn
        return self._sessions.open(token, self._clock())

    def _require(self, request: Request, *keys: bytes) -> None:
        sent = bearer(request).encode()
        if not any(hmac.compare_digest(sent, key) for key in keys):
            raise NotAllowed


def bearer(request: Request) -> str:
    """Answer the bearer key of a request, empty when there is none."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""
