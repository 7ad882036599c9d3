"""What is given before a test begins: members, points and runs, as payout hears and plans them."""

from typing import Any
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import Connection, Engine, text

from services.payout import consumer
from services.payout.domain import TopUpLimits
from services.payout.goals import Wish, set_goals
from services.payout.monthly_run import asking, planning, releasing
from services.payout.store import runs
from services.payout.store.payouts import Payout
from shared.events import Received
from shared.months import Month
from tests.support.clock import SteppedClock

LIMITS = TopUpLimits(1, 100_000)
BALANCE = {"pending": 0, "accrued": 0, "reserved": 0, "written_off": 0, "debt": 0}
HANDLERS = {
    event_type: handles
    for subscription in consumer.SUBSCRIPTIONS
    for event_type, handles in subscription.events.items()
}


def hear(
    connection: Connection, event_type: str, data: dict[str, Any], clock: SteppedClock
) -> None:
    """Hand an event to its handler, as the consumer would."""
    handles = HANDLERS[event_type]
    view = msgspec.convert(data, handles.view, str_keys=True)
    received = Received(uuid4(), event_type, "aggregate", 1, clock(), view)
    handles.handle(connection, [received], clock)


def hear_member(
    connection: Connection, member_id: UUID, clock: SteppedClock, **fields: Any
) -> None:
    data = {
        "member_id": str(member_id),
        "status": "active",
        "language": "en",
        "registered_at": "2026-01-10T00:00:00Z",
    }
    hear(connection, "member.changed", data | fields, clock)


def hear_bonus(
    connection: Connection, member_id: UUID, amount: int, clock: SteppedClock, **fields: Any
) -> UUID:
    bonus_id = uuid4()
    data = {
        "bonus_id": str(bonus_id),
        "member_id": str(member_id),
        "available": amount,
        "accrued_at": "2026-10-10T00:00:00Z",
        "balance": BALANCE,
    }
    hear(connection, "bonus.changed", data | fields, clock)
    return bonus_id


def hear_points(
    connection: Connection, what: str, payout: Payout, clock: SteppedClock, **fields: Any
) -> None:
    data = {
        "payout_id": str(payout.payout_id),
        "member_id": str(payout.member_id),
        "amount": payout.amount,
        "reason": None,
        "balance": BALANCE,
    }
    hear(connection, f"points.{what}", data | fields, clock)


def member_with(
    connection: Connection, clock: SteppedClock, points: int = 0, *wishes: Wish, **fields: object
) -> UUID:
    member_id = uuid4()
    hear_member(connection, member_id, clock, **fields)
    if wishes:
        set_goals(connection, member_id, wishes, clock())
    if points:
        hear_bonus(connection, member_id, points, clock)
    return member_id


def plan_all(engine: Engine, month: Month, clock: SteppedClock) -> str:
    """Begin the run of a month and plan it to its end; answers the hash that names its plan."""
    with engine.begin() as connection:
        run = planning.begin(connection, month, "anna", clock())
    for _ in planning.plan(engine, run, LIMITS, clock):
        pass
    with engine.connect() as connection:
        return runs.get(connection, month).plan_hash.hex()


def run_all(engine: Engine, month: Month, clock: SteppedClock) -> None:
    """Plan the run of a month, release it and ask for all of its points."""
    plan_hash = plan_all(engine, month, clock)
    with engine.begin() as connection:
        releasing.release(connection, month, "boris", plan_hash, clock())
    while asking.ask_chunk(engine, str(month), clock):
        pass


def planned(engine: Engine, month: Month) -> dict[UUID, list[tuple[str, int]]]:
    ask = text("""
        SELECT member_id, array_agg(kind || ':' || amount ORDER BY kind DESC) AS got
        FROM payouts WHERE run_month = :month GROUP BY member_id
    """)
    with engine.connect() as connection:
        return {row.member_id: row.got for row in connection.execute(ask, {"month": str(month)})}


def said(engine: Engine, payout_id: UUID) -> list[tuple[str, int]]:
    """What payout has said of a payout: types and versions, in order."""
    ask = text("""
        SELECT message::jsonb ->> 'type' AS type, version FROM event_log
        WHERE aggregate_id = :payout_id ORDER BY version
    """)
    with engine.connect() as connection:
        rows = connection.execute(ask, {"payout_id": str(payout_id)})
        return [(row.type, row.version) for row in rows]
