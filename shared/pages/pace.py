"""How many requests a visitor may make in a minute, whatever for.

Flask-Limiter counts in Redis, for all processes of a site together; with Redis frozen or gone the
count goes on in each process's memory. It stands before every page, and keeps one visitor from
taking the site from the others. Guesses of codes and passwords have limits of their own, where
they are judged.
"""

from collections.abc import Callable
from http import HTTPStatus

from flask import Flask, Response, request
from flask_limiter import Limiter, RateLimitExceeded

from shared.addresses import address_or_text
from shared.pages.site import error_page
from shared.redis import impatient

# Files that browsers keep, and the probes of whoever watches the process.
_FREE = ("/assets/", "/healthz", "/readyz", "/metrics")
_MINUTE_SECONDS = 60


def keep_pace(app: Flask, redis_url: str, a_minute: int, insider: Callable[[], str | None]) -> None:
    """Answer 429 to whoever asks for more than `a_minute` requests: call it before `dress`.

    `insider` names who is signed in, or answers None: thousands of phones may share one address, so
    those who are known are counted one by one, and strangers by their address: an IPv6 line, which
    has many, is one.
    """
    limiter = Limiter(
        lambda: insider() or address_or_text(request.remote_addr),
        app=app,
        application_limits=[f"{a_minute} per minute"],
        key_prefix=app.name,
        strategy="sliding-window-counter",
        storage_uri=redis_url,
        storage_options={"connection_pool": impatient(redis_url)},  # type: ignore[dict-item]
        in_memory_fallback_enabled=True,
    )

    @limiter.request_filter
    def is_free() -> bool:
        return request.path.startswith(_FREE)

    @app.errorhandler(RateLimitExceeded)
    def slow_down(exceeded: RateLimitExceeded) -> Response:
        del exceeded
        answer = error_page(HTTPStatus.TOO_MANY_REQUESTS)
        answer.headers["Retry-After"] = str(_MINUTE_SECONDS)
        return answer
