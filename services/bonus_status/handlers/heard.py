"""What other services say that is only kept: stores with their terms, clicks, members."""

from collections.abc import Sequence

from sqlalchemy import Connection

from services.bonus_status.schemas import ClickView, MemberView, StoreView
from services.bonus_status.store import heard
from services.bonus_status.store.claims import files
from shared.clock import Clock
from shared.events import Received


def keep_stores(connection: Connection, batch: Sequence[Received[StoreView]], _: Clock) -> None:
    """Keep stores and their terms; conversions that waited for them come again by themselves."""
    heard.save_stores(connection, [one.data for one in batch])


def keep_clicks(connection: Connection, batch: Sequence[Received[ClickView]], _: Clock) -> None:
    """Keep clicks for histories and claims; bonuses need none, the click id proved itself."""
    heard.save_clicks(connection, [one.data for one in batch])


def keep_members(connection: Connection, batch: Sequence[Received[MemberView]], _: Clock) -> None:
    """Keep who is blocked, to whom payouts are refused; of the erased no file stays."""
    heard.save_members(connection, [one.data for one in batch])
    files.forget(connection, [one.data.member_id for one in batch if one.data.status == "erased"])
