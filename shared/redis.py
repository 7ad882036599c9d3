"""Redis for conveniences: with it frozen or gone a request waits a quarter of a second, once."""

from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.retry import Retry

_SECONDS = 0.25


def impatient(redis_url: str, *, as_text: bool = False) -> ConnectionPool:
    """Answer connections that give up soon and never try again; they connect at first use."""
    return ConnectionPool.from_url(
        redis_url,
        decode_responses=as_text,
        socket_timeout=_SECONDS,
        socket_connect_timeout=_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
