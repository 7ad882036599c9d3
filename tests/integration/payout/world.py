"""A small world around payout: members with phones, points, a run, and the operator's own books."""

import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import requests
from sqlalchemy import Engine, text

from deploy.local import settings
from deploy.local.processes import Process, wanted_ports
from services.payout.certificates import issuing
from services.payout.certificates.codes import CodeBook
from services.payout.config import Patience
from services.payout.goals import Wish, set_goals
from services.payout.states import State
from services.payout.store import payouts
from services.payout.store.monthly_run import runs
from services.payout.store.payouts import Payout
from services.payout.top_ups import reversals
from services.payout.top_ups.billing import Billing
from services.payout.top_ups.execution import Executor
from services.payout.top_ups.phones import Phones
from services.payout.top_ups.rate import NO_LIMIT, Rate
from shared.http_client import Breaker, HttpClient
from shared.months import Month, month_at
from tests.integration.payout.given import (
    GOALS_SET_AT,
    hear_bonus,
    hear_member,
    hear_points,
    run_all,
)
from tests.support.clock import SteppedClock

CLERK_KEY, SERVICE_KEY = "clerk", "service"


def stack_settings(
    service: str, role: str, folder: Path, changes: Mapping[str, str]
) -> dict[str, str]:
    """The environment of a process as a stack would start it, with the keys of these tests."""
    stack = settings.make(folder, wanted_ports())
    environment = settings.environment(stack, Process(service, role))
    keys = {"OPERATOR_KEY": CLERK_KEY, "SERVICE_KEY": SERVICE_KEY, "MONITOR_PORT": "0"}
    return {**environment, **keys, **changes}


@dataclass(frozen=True)
class Operator:
    """The sandbox's billing, as a test sees it."""

    url: str

    def go_wrong(self, mode: str, phone: str, **how: Any) -> None:
        """Switch a fault on for one phone."""
        requests.put(
            f"{self.url}/faults", json={"mode": mode, "phone": phone} | how, timeout=5
        ).raise_for_status()

    def faults(self) -> list[dict[str, Any]]:
        """Which faults are still to come."""
        found = requests.get(f"{self.url}/faults", timeout=5).json()["faults"]
        return list(found)

    def clear(self) -> None:
        requests.delete(f"{self.url}/faults", timeout=5).raise_for_status()

    def executed(self, payout_ids: Sequence[UUID]) -> dict[UUID, list[int]]:
        """The operator's own statement: which amounts were really topped up, by payout."""
        found: dict[UUID, list[int]] = {payout_id: [] for payout_id in payout_ids}
        # Others' keys need not be ids.
        by_key = {str(payout_id): amounts for payout_id, amounts in found.items()}
        after, more = 0, True
        while more:
            page = requests.get(
                f"{self.url}/top-ups", params={"after": after, "limit": 500}, timeout=5
            ).json()
            for entry in page["data"]:
                after = entry["entry"]
                amounts = by_key.get(entry["idempotency_key"])
                if amounts is not None:
                    amounts.append(entry["amount_rubles"])
            more = page["has_more"]
        return found

    def top_up(self, key: str, phone: str, rubles: int) -> None:
        """Top up as somebody else would."""
        requests.post(
            f"{self.url}/top-ups",
            json={"phone": phone, "amount_rubles": rubles},
            headers={"Idempotency-Key": key},
            timeout=5,
        ).raise_for_status()

    def take_back(self, key: UUID | str) -> None:
        requests.post(f"{self.url}/top-ups/{key}/reversal", timeout=5).raise_for_status()


class World:
    """Payout's database and hands, with members that have phones."""

    def __init__(
        self,
        engine: Engine,
        operator: Operator,
        members: HttpClient,
        clock: SteppedClock,
        patience: Patience,
    ) -> None:
        self.engine, self.operator, self.clock = engine, operator, clock
        self.patience = patience
        self._members = members
        self.phones: dict[UUID, str] = {}
        self.stop = threading.Event()
        self.book = CodeBook([b"c" * 32])
        self.billing = Billing(HttpClient(operator.url, read_seconds=2, breaker=Breaker(10**6)))
        self.executor = self.hands()

    def hands(
        self, billing: Billing | None = None, phones: Phones | None = None, rate: Rate = NO_LIMIT
    ) -> Executor:
        """One more executor on the same database."""
        return Executor(
            self.engine,
            billing or self.billing,
            phones or Phones(self._members),
            self.patience,
            self.clock,
            self.stop,
            rate,
        )

    def member(self, *wishes: Wish, points: int = 0) -> UUID:
        """Register a member with a phone, goals and points."""
        phone = f"+7927{secrets.randbelow(10**7):07d}"
        answer = self._members.post("/members", json={"phone": phone})
        assert answer.status_code == 201, answer.text
        member_id = UUID(answer.json()["member_id"])
        self.phones[member_id] = phone
        with self.engine.begin() as connection:
            hear_member(connection, member_id, self.clock)
            if wishes:
                set_goals(connection, member_id, wishes, GOALS_SET_AT)
            if points:
                hear_bonus(connection, member_id, points, self.clock)
        return member_id

    def reserved(self, *wishes: Wish, points: int = 300) -> Payout:
        """One payout whose points are reserved."""
        member_id = self.member(*wishes, points=points)
        run_all(self.engine, self.free_month(), self.clock)
        [payout] = self.payouts_of(member_id)
        with self.engine.begin() as connection:
            hear_points(connection, "reserved", payout, self.clock)
        return self.payout(payout.payout_id)

    def reserved_at_once(self, count: int, *wishes: Wish, points: int = 0) -> list[Payout]:
        """So many payouts whose points are reserved: an executor takes them as one batch."""
        member_ids = [self.member(*wishes, points=points or 100 + one) for one in range(count)]
        run_all(self.engine, self.free_month(), self.clock)
        payouts_ = [payout for one in member_ids for payout in self.payouts_of(one)]
        for payout in payouts_:
            self.hear("reserved", payout)
        return [self.payout(payout.payout_id) for payout in payouts_]

    def phone(self, payout: Payout) -> str:
        return self.phones[payout.member_id]

    def payout(self, payout_id: UUID) -> Payout:
        with self.engine.connect() as connection:
            return payouts.find(connection, payout_id)

    def payouts_of(self, member_id: UUID) -> list[Payout]:
        ask = text("SELECT payout_id FROM payouts WHERE member_id = :id ORDER BY requested_at")
        with self.engine.connect() as connection:
            ids = connection.scalars(ask, {"id": member_id}).all()
            return [payouts.find(connection, payout_id) for payout_id in ids]

    def work(self, *, until: State | None = None, payout: Payout | None = None) -> None:
        """Let the executor do all that is due; with `until`, let time pass until then."""
        for _ in range(200):
            while self.executor.work():
                pass
            if until is None or payout is None or self.payout(payout.payout_id).state is until:
                return
            self.clock.move(timedelta(seconds=5))
            self.executor.find_lost()
        message = f"{self.payout(payout.payout_id)} did not become {until}"
        raise AssertionError(message)

    def issue(self) -> int:
        with self.engine.begin() as connection:
            return issuing.issue_reserved(connection, self.book, self.clock())

    def follow_reversals(self) -> None:
        reversals.follow(self.engine, self.billing, self.clock)

    def last_reversal(self) -> int:
        """The number of the newest entry in the operator's list."""
        after, more = 0, True
        while more:
            page = requests.get(
                f"{self.operator.url}/reversals", params={"after": after}, timeout=5
            ).json()
            after = max([after, *(entry["reversal"] for entry in page["data"])])
            more = page["has_more"]
        return after

    def ask_again(self, payout: Payout) -> None:
        """As a clerk would."""
        with self.engine.begin() as connection:
            payouts.set_asked_again(connection, payout.payout_id, State.UNKNOWN, self.clock())

    def hear(self, what: str, payout: Payout, **fields: Any) -> None:
        with self.engine.begin() as connection:
            hear_points(connection, what, self.payout(payout.payout_id), self.clock, **fields)

    def free_month(self) -> Month:
        month = month_at(self.clock())
        with self.engine.connect() as connection:
            while runs.find(connection, month) is not None:
                month = Month(month.year + month.number // 12, month.number % 12 + 1)
        return month
