"""Visitors' sessions, kept on the server in Redis; the cookie carries an unguessable name alone.

With Redis frozen or gone nobody is signed in by mistake: each visitor is a stranger until it is
back (a request waits for it a quarter of a second at most). Redis knows a session by the hash of
its name, so that whoever reads Redis can still not enter.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

import structlog
from flask import Flask, Request, Response
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SessionInterface, SessionMixin
from redis import Redis
from redis.exceptions import RedisError
from werkzeug.datastructures import CallbackDict

from shared.redis import impatient

log = structlog.get_logger()
_NAME_BYTES = 32


class Session(CallbackDict[str, Any], SessionMixin):
    """What is remembered of one visitor."""

    def __init__(
        self, name: str, kept: dict[str, Any], *, is_kept: bool = False, away: bool = False
    ) -> None:
        """Take the session's name and what was kept; `away` where Redis did not answer."""
        self.modified = False
        super().__init__(kept, on_update=lambda _: setattr(self, "modified", True))
        self.name, self.is_kept, self.away = name, is_kept, away
        self.left: list[str] = []

    def rotate(self) -> None:
        """Go on under a new name: after signing in, the one that a stranger may know is void."""
        self.left.append(self.name)
        self.name, self.modified = secrets.token_urlsafe(_NAME_BYTES), True
        self.is_kept = False


class RedisSessions(SessionInterface):
    """Flask's sessions in Redis: they end after `idle` without a visit."""

    session_class = Session

    def __init__(
        self, redis_url: str, *, cookie: str, idle: timedelta, secure: bool, samesite: str = "Lax"
    ) -> None:
        """Take the address of Redis and how the cookie is written; connects at first use."""
        self._redis = Redis(connection_pool=impatient(redis_url, as_text=True))
        self._cookie, self._idle, self._secure = cookie, idle, secure
        self._samesite = samesite
        self._written = TaggedJSONSerializer()

    def answers(self) -> bool:
        """Say whether sessions can be kept now: where not, nobody can sign in."""
        try:
            return bool(self._redis.ping())
        except RedisError as fault:
            log.warning("sessions.redis_away", fault=type(fault).__name__)
            return False

    def open_session(self, app: Flask, request: Request) -> Session:
        """Answer the visitor's session; a new, empty one to a stranger."""
        del app
        name = request.cookies.get(self._cookie, "")
        fresh = secrets.token_urlsafe(_NAME_BYTES)
        if not name:
            return Session(fresh, {})
        try:
            kept = self._redis.getex(self._key(name), ex=self._idle)
        except RedisError as fault:
            log.warning("sessions.redis_away", fault=type(fault).__name__)
            return Session(name, {}, away=True)
        if not kept:
            return Session(fresh, {})
        return Session(name, self._written.loads(str(kept)), is_kept=True)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep what changed, and tell the browser the session's name."""
        del app
        assert isinstance(session, Session)
        response.vary.add("Cookie")
        if not session.modified or session.away:
            return
        try:
            is_there = self._keep(session)
        except RedisError as fault:
            log.warning("sessions.redis_away", fault=type(fault).__name__)
            if session.left:  # signed out, or not in: Redis may still know the name of before
                response.delete_cookie(self._cookie, secure=self._secure, httponly=True)
            return
        if not is_there:
            return
        response.set_cookie(
            self._cookie,
            session.name,
            secure=self._secure,
            httponly=True,
            samesite=self._samesite,
        )

    def _keep(self, session: Session) -> bool:
        """Keep a session; False where another request of the visitor's has ended it meanwhile.

        What that one signed out must not come back, and its cookie is the newer one.
        """
        for name in session.left:
            self._redis.delete(self._key(name))
        content = self._written.dumps(dict(session))
        key = self._key(session.name)
        return bool(self._redis.set(key, content, ex=self._idle, xx=session.is_kept))

    def _key(self, name: str) -> str:
        return f"{self._cookie}:{hashlib.sha256(name.encode()).hexdigest()}"
