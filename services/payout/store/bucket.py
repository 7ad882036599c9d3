"""The bucket of the operator's rate limit: one row, which executors take turns at."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

_MILLION = 1_000_000
_LOCK = text("SELECT millionths, filled_at FROM operator_rate FOR UPDATE")
_KEEP = text("UPDATE operator_rate SET millionths = :millionths, filled_at = :filled_at")


@dataclass(frozen=True, slots=True)
class Bucket:
    """Tokens, in millionths, as they were at a moment."""

    millionths: int
    filled_at: datetime

    @property
    def tokens(self) -> int:
        """Answer how many whole tokens there are."""
        return self.millionths // _MILLION


def lock(connection: Connection) -> Bucket:
    """Answer the bucket, which only this transaction may take from."""
    row = connection.execute(_LOCK).one()
    return Bucket(row.millionths, row.filled_at)


def keep(connection: Connection, bucket: Bucket) -> None:
    """Keep what is left in it; lock it first."""
    values = {"millionths": bucket.millionths, "filled_at": bucket.filled_at}
    connection.execute(_KEEP, values)
