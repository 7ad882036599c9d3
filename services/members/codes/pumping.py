"""SMS pumping: codes asked for in bulk to earn from their delivery, and never typed back."""

from datetime import datetime, timedelta

import structlog
from prometheus_client import Gauge
from sqlalchemy import Connection

from services.members.codes import store
from services.members.codes.domain import CODE_LASTS

log = structlog.get_logger()
TYPED_BACK = Gauge(
    "codes_typed_back_percent", "Codes of the last hour that were typed back.", ["prefix"]
)
WATCHED_FOR = timedelta(hours=1)
# People lose SMS, give up or mistype their number; of honest codes most come back all the same.
FEWEST_SENT = 30
LOWEST_PERCENT = 25


def looks_pumped(sent: int, typed_back: int) -> bool:
    """Tell whether so few codes came back that somebody else than people asks for them.

    Examples: 7 of 30 is an alarm, 8 of 30 none; 0 of 29 are too few to tell.
    """
    return sent >= FEWEST_SENT and typed_back * 100 < sent * LOWEST_PERCENT


def watch(connection: Connection, prefix: str, now: datetime) -> None:
    """Alarm where a country's codes look pumped, at each code while it lasts: limits bound that.

    Codes that may still be typed are not counted yet.
    """
    until = now - CODE_LASTS
    sent, typed_back = store.count_typed_back(connection, prefix, until - WATCHED_FOR, until)
    if sent:
        TYPED_BACK.labels(prefix).set(typed_back * 100 // sent)
    if looks_pumped(sent, typed_back):
        log.error("codes.pumped", prefix=prefix, sent=sent, typed_back=typed_back)
