"""What other services say that is only kept: stores with their terms, clicks."""

from collections.abc import Sequence

from sqlalchemy import Connection

from services.bonus_status.schemas import ClickView, StoreView
from services.bonus_status.store import heard
from shared.clock import Clock
from shared.events import Received


def keep_stores(connection: Connection, batch: Sequence[Received[StoreView]], _: Clock) -> None:
    """Keep stores and their terms; conversions that waited for them come again by themselves."""
    heard.save_stores(connection, [one.data for one in batch])


def keep_clicks(connection: Connection, batch: Sequence[Received[ClickView]], _: Clock) -> None:
    """Keep clicks for histories and claims; bonuses need none, the click id proved itself."""
    heard.save_clicks(connection, [one.data for one in batch])
