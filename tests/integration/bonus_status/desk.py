"""A desk to try bonus_status at: says what other services say, reads what it made of that."""

import itertools
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, text

from services.bonus_status.consumer import GROUP, SUBSCRIPTIONS
from shared import contracts, parked
from shared.apply import Applier
from shared.events import Event
from shared.parked import Message
from tests.support import bonuses
from tests.support.clock import SteppedClock

WRONG = ("wrong_accounts", "wrong_stores", "wrong_bonuses", "wrong_rules")


class Desk:
    """One member and one store, and the applier of the consumer."""

    def __init__(self, engine: Engine, clock: SteppedClock) -> None:
        """Take a database with the service's schema."""
        self.engine = engine
        self.clock = clock
        self.applier = Applier(engine, GROUP, SUBSCRIPTIONS, clock)
        self.member_id = bonuses.new_id()
        self.store_id = f"store-{secrets.token_hex(4)}"
        self.versions: dict[str, int] = {}
        self._offsets = itertools.count(secrets.randbelow(10**9) * 1_000)

    def hear(self, *events: Event) -> None:
        """Apply events of one topic as one batch."""
        self.applier.apply([self.message(event) for event in events])

    def message(self, event: Event) -> Message:
        """The event as Kafka delivers it; what tests say keeps the contract too."""
        contracts.check(event.type, event.data)
        return Message(event.topic, 0, next(self._offsets), event.key.encode(), event.encode())

    def retry(self) -> None:
        """Try what waits, as the consumer does by itself."""
        self.clock.move(timedelta(minutes=1))
        topics = [one.topic for one in SUBSCRIPTIONS]
        with self.engine.connect() as connection:
            due = parked.due(connection, topics, self.clock(), 1_000)
        for topic, messages in itertools.groupby(due, key=lambda one: one.topic):
            del topic
            self.applier.apply(list(messages))

    def store(self, **changes: Any) -> Event:
        """The store as the catalog says it."""
        data = bonuses.store_data(self.store_id, **changes)
        return self.event("stores", "store.changed", data, self.store_id)

    def conversion(
        self, conversion_id: str, at: datetime = bonuses.REPORTED_AT, **changes: Any
    ) -> Event:
        """The conversion as partner_postback says it, next in its order."""
        mine = {"member_id": self.member_id, "store_id": self.store_id}
        data = bonuses.conversion_data(conversion_id=conversion_id, **(mine | changes))
        return self.event("conversions", "conversion.changed", data, conversion_id, at)

    def earned(self, paid_minor: int = 109_900, at: datetime = bonuses.REPORTED_AT) -> str:
        """Let the member earn an accrued bonus; answers the conversion's id."""
        conversion_id = bonuses.new_id()
        said = {"status": "approved", "paid_minor": paid_minor}
        self.hear(self.conversion(conversion_id, at, **said))
        return conversion_id

    def asks(self, payout_id: str, **changes: Any) -> Event:
        """A payout's request."""
        data = bonuses.requested_data(
            **({"payout_id": payout_id, "member_id": self.member_id} | changes)
        )
        return self.event("payouts", "payout.requested", data, payout_id)

    def ends(self, payout_id: str, how: str, amount: int) -> Event:
        """A payout's end: completed, declined or reversed."""
        data: dict[str, Any] = {
            "payout_id": payout_id,
            "member_id": self.member_id,
            "run_month": "2026-12",
            "kind": "top_up",
            "amount": amount,
        }
        if how == "completed":
            data |= {"completed_at": "2026-12-01T00:10:00Z", "certificate_ids": []}
        else:
            data |= {"reason": "barred"}
        return self.event("payouts", f"payout.{how}", data, payout_id)

    def member(self, status: str, **standing: Any) -> Event:
        """The member as members says it; `member_id` for another one."""
        data = {
            "member_id": self.member_id,
            "status": status,
            "language": "en",
            "registered_at": "2026-01-01T00:00:00Z",
        } | standing
        return self.event("members", "member.changed", data, data["member_id"])

    def event(
        self,
        topic: str,
        event_type: str,
        data: dict[str, Any],
        aggregate_id: str,
        at: datetime = bonuses.REPORTED_AT,
    ) -> Event:
        """An event, next in its aggregate's order."""
        order = f"{topic}:{aggregate_id}"
        self.versions[order] = self.versions.get(order, 0) + 1
        version = self.versions[order]
        # As in the contract: all payouts of a member keep their order.
        key = data["member_id"] if topic == "payouts" else aggregate_id
        return Event(topic, key, event_type, aggregate_id, version, at, data)

    def balance(self) -> dict[str, int]:
        """The member's account."""
        query = "SELECT pending, accrued, reserved, written_off, debt FROM accounts"
        return dict(self.rows(f"{query} WHERE member_id = :member_id")[0])

    def has(self, **expected: int) -> bool:
        """Whether the account is this, and zero elsewhere."""
        zero = dict.fromkeys(("pending", "accrued", "reserved", "written_off", "debt"), 0)
        return self.balance() == zero | expected

    def bonus(self, conversion_id: str) -> dict[str, Any]:
        """The bonus of a conversion."""
        return dict(self.rows("SELECT * FROM bonuses WHERE bonus_id = :bonus_id", conversion_id)[0])

    def said(self, event_type: str | None = None) -> list[dict[str, Any]]:
        """What the service said of the member, in order, with its type and version."""
        query = """
            SELECT (message::json) AS event FROM event_log
            WHERE aggregate_id = :member_id AND topic = 'bonuses' ORDER BY version
        """
        events = [row["event"] for row in self.rows(query)]
        return [one for one in events if event_type in {None, one["type"]}]

    def waiting(self) -> list[str]:
        """The reasons of what is parked or waits, of this test's aggregates."""
        query = """
            SELECT reason FROM parked WHERE state NOT IN ('applied', 'discarded')
            AND convert_from(message, 'UTF8') LIKE '%' || :member_id || '%'
        """
        return [row["reason"] for row in self.rows(query)]

    def books_are_right(self) -> bool:
        """Whether postings, balances and bonuses agree, of everybody."""
        return all(self.rows(f"SELECT * FROM {view}") == [] for view in WRONG)

    def rows(self, query: str, bonus_id: str | None = None) -> Sequence[Any]:
        """Read; `:member_id`, `:store_id` and `:bonus_id` are known."""
        known = {"member_id": self.member_id, "store_id": self.store_id, "bonus_id": bonus_id}
        with self.engine.connect() as connection:
            return connection.execute(text(query), known).mappings().all()
