"""From topics to messages, over real Kafka: once per cause, however often an event comes."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine, text

from services.notifications.consumer import SUBSCRIPTIONS
from shared import worker
from shared.events import Event
from shared.kafka import make_producer
from tests.support.waiting import eventually

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
BALANCE = {"pending": 0, "accrued": 500, "reserved": 0, "written_off": 0, "debt": 0}
MEMBER, PAYOUT, BONUS, RELATIVE = (str(uuid4()) for _ in range(4))
_DEBIT = {"bonus_id": str(uuid4()), "store_id": None, "amount": 0, "debit": 600, "reason": "why"}


def _bonus(version: int, status: str, **changes: Any) -> Event:
    data = {
        "bonus_id": BONUS,
        "member_id": MEMBER,
        "conversion_id": str(uuid4()),
        "store_id": "aliexpress",
        "status": status,
        "amount": 76,
        "available": 76,
        "accrued_at": None,
        "expected_at": None,
        "reason": None,
        "payout_id": None,
        "balance": BALANCE,
    }
    return Event("bonuses", MEMBER, "bonus.changed", MEMBER, version, AT, data | changes)


def _points(version: int, what: str) -> Event:
    data = {
        "payout_id": PAYOUT,
        "member_id": MEMBER,
        "amount": 300,
        "reason": None,
        "balance": BALANCE,
    }
    return Event("bonuses", MEMBER, f"points.{what}", MEMBER, version, AT, data)


def _payout(version: int, what: str, **data: Any) -> Event:
    told = {
        "payout_id": PAYOUT,
        "member_id": MEMBER,
        "run_month": "2026-12",
        "kind": "top_up",
        "amount": 300,
    }
    return Event("payouts", MEMBER, f"payout.{what}", PAYOUT, version, AT, told | data)


def _relative(version: int, state: str, question: int) -> Event:
    told = {
        "relative_id": RELATIVE,
        "member_id": MEMBER,
        "state": state,
        "question": question,
    }
    return Event("relatives", RELATIVE, "relative.changed", RELATIVE, version, AT, told)


def _story() -> list[Event]:
    member = {
        "member_id": MEMBER,
        "status": "active",
        "language": "sv",
        "registered_at": "2026-01-01T00:00:00Z",
    }
    return [
        Event("members", MEMBER, "member.changed", MEMBER, 1, AT, member),
        _bonus(1, "pending"),
        _bonus(2, "accrued"),
        _points(3, "reserved"),
        _bonus(4, "accrued", available=0),
        _points(5, "returned"),
        _bonus(6, "rejected", amount=0, reason="returned"),
        _bonus(7, "accrued", **_DEBIT, balance=BALANCE | {"debt": 600}),
        _bonus(8, "accrued", **_DEBIT, balance=BALANCE | {"accrued": 0, "debt": 100}),
        _payout(1, "requested", cutoff_at="2026-12-01T00:00:00Z", minimum_amount=1),
        _payout(2, "completed", completed_at="2026-12-01T00:06:00Z", certificate_ids=[]),
        _relative(1, "asked", 1),
        _relative(2, "asked", 2),
        _relative(3, "consented", 2),
    ]


def test_a_story_becomes_one_message_for_each_money_move(
    fresh_engine: Callable[[str], Engine],
    kafka_bootstrap: str,
    topic: Callable[..., str],
    group: str,
) -> None:
    """INVARIANT: repeats fall through, twice told or thrice."""
    engine = fresh_engine("notifications")
    topics = {one.topic: topic(one.topic, partitions=1) for one in SUBSCRIPTIONS}
    heard = [replace(one, topic=topics[one.topic]) for one in SUBSCRIPTIONS]
    producer = make_producer(kafka_bootstrap)
    for _ in range(2):
        for event in _story():
            producer.send(topics[event.topic], key=event.key.encode(), value=event.encode())
    shop = {"store_id": "aliexpress", "name": "AliExpress"}
    named = Event("stores", "aliexpress", "store.changed", "aliexpress", 1, AT, shop)
    producer.send(topics["stores"], key=b"aliexpress", value=named.encode())
    last = Event("members", "x", "member.changed", str(uuid4()), 1, AT, _story()[0].data)
    producer.send(topics["members"], key=b"x", value=last.encode())
    producer.flush(timeout=10)
    producer.close(timeout=5)

    stop = threading.Event()
    loop = threading.Thread(
        target=worker.consume, args=(engine, kafka_bootstrap, group, heard, stop)
    )
    loop.start()
    try:
        eventually(lambda: len(_kinds(engine)) == 7 and _languages(engine), seconds=30)
        eventually(lambda: _names(engine) == ["AliExpress"], seconds=30)
        eventually(lambda: _applied(engine) == {"bonuses": 8, "payouts": 2}, seconds=30)
    finally:
        stop.set()
        loop.join(20)
    assert _kinds(engine) == [
        "bonus_accrued",
        "bonus_debited_because",
        "bonus_returned",
        "points_returned",
        "relative_asked",
        "relative_asked",
        "top_up_completed",
    ]
    assert _languages(engine) == [(UUID(MEMBER), "sv")]


def _kinds(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT kind FROM messages ORDER BY kind")))


def _languages(engine: Engine) -> list[tuple[UUID, str]]:
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT member_id, language FROM members"))
        return [(row.member_id, row.language) for row in rows]


def _names(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT name FROM stores")))


def _applied(engine: Engine) -> dict[str, int]:
    ask = text("SELECT topic, version FROM inbox WHERE aggregate_id IN (:member, :payout)")
    values = {"member": MEMBER, "payout": PAYOUT}
    with engine.connect() as connection:
        rows = connection.execute(ask, values).all()
    versions = {row.topic.rsplit("-", 1)[1]: row.version for row in rows}
    return {name: versions[name] for name in ("bonuses", "payouts") if name in versions}
