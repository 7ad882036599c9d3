"""Slowing down guesses: a count of failures by key in Redis, shared by all processes of a service.

Redis is a convenience here and never the guard: with it frozen or gone the count goes on in this
process's memory, and an answer is late by a quarter of a second at most.
"""

import structlog
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from redis.exceptions import RedisError

from shared.problems import TooManyTries
from shared.redis import impatient

log = structlog.get_logger()


class Throttle:
    """Lets a key fail a number of times a minute. Thread-safe; connects at first use."""

    def __init__(self, name: str, redis_url: str, failures_a_minute: int) -> None:
        self._name = name
        self._limit = RateLimitItemPerMinute(failures_a_minute)
        redis = RedisStorage(redis_url, connection_pool=impatient(redis_url))
        self._shared = SlidingWindowCounterRateLimiter(redis)
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())

    def check(self, key: str) -> None:
        """Let a try begin; raises TooManyTries when the key has failed too often."""
        if not self._ask("test", key):
            raise TooManyTries

    def begin(self, key: str) -> None:
        """Count a try before it is made, so that those made at once are no more than those in turn.

        Raises TooManyTries; `forget` takes it back where the try was right.
        """
        self.note_failure(key)

    def forget(self, key: str) -> None:
        """Forget the failures of a key that has proved itself."""
        try:
            self._shared.clear(self._limit, self._name, key)
        except RedisError as fault:
            log.warning("throttle.redis_away", fault=type(fault).__name__)
        self._own.clear(self._limit, self._name, key)

    def note_failure(self, key: str) -> None:
        """Count a failed try; raises TooManyTries when it was one too many."""
        if not self._ask("hit", key):
            raise TooManyTries

    def _ask(self, what: str, key: str) -> bool:
        try:
            return bool(getattr(self._shared, what)(self._limit, self._name, key))
        except RedisError as fault:
            log.warning("throttle.redis_away", fault=type(fault).__name__)
            return bool(getattr(self._own, what)(self._limit, self._name, key))
