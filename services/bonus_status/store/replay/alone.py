"""One rebuild at a time works on a schema: two would each take the other's rows for its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text

_BE_ALONE = text("SELECT pg_try_advisory_lock(hashtext('rebuild'), hashtext(:schema))")


class AlreadyAtWork(Exception):
    """Another rebuild works on the schema."""

    def __init__(self, schema: str) -> None:
        """Say what to do."""
        super().__init__(
            f"Another rebuild is at work on the schema {schema!r}: wait until it has ended, or"
            " name another schema."
        )


@contextmanager
def alone_with(engine: Engine, schema: str) -> Iterator[None]:
    """Let nobody else build a schema meanwhile; raises AlreadyAtWork."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(_BE_ALONE, {"schema": schema}):
            raise AlreadyAtWork(schema)
        try:
            yield
        finally:
            connection.invalidate()  # the lock is the session's: a pooled connection would keep it
