"""Two sets of books, payout's and the operator's, and what a clerk sees of their differences."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import requests
from flask.testing import FlaskClient
from sqlalchemy import text

from services.payout.reconciliation import days, reconciling, schedule
from services.payout.reconciliation.reconciling import Desk, Reconciled
from services.payout.states import State
from services.payout.store.payouts import Payout
from tests.integration.payout.callers import CLERK
from tests.integration.payout.world import World


@dataclass
class Books:
    """Both books, at one clock."""

    world: World
    desk: Desk
    client: FlaskClient
    day: date = field(init=False)

    def __post_init__(self) -> None:
        self.day = days.day_at(self.world.clock())

    def paid(self, points: int = 300) -> Payout:
        """A top-up that both books have."""
        payout = self.world.reserved(points=points)
        self.world.work()
        payout = self.world.payout(payout.payout_id)
        assert payout.state is State.COMPLETED
        return payout

    def end_day(self) -> None:
        """Let it be noon of the day after."""
        self.world.clock.now = days.ends_at(days.day_at(self.world.clock())) + timedelta(hours=12)

    def goes_wrong(self, mode: str, **how: Any) -> None:
        """Let the operator's files be wrong from now on."""
        requests.put(
            f"{self.world.operator.url}/faults",
            json={"mode": mode, "calls": "statements"} | how,
            timeout=5,
        ).raise_for_status()

    def file(self, day: date | None = None) -> bytes:
        """The operator's file of a day as it is now."""
        answer = requests.get(f"{self.world.operator.url}/statements/{day or self.day}", timeout=5)
        answer.raise_for_status()
        return answer.content

    def reconcile(self, day: date | None = None) -> Reconciled:
        return reconciling.by_operator(self.desk, self.world.billing, day or self.day)

    def by_hand(self, content: str) -> Reconciled:
        return reconciling.by_hand(self.desk, content.encode(), self.day)

    def tick(self) -> list[date]:
        """One turn of the scheduler: the days that it touched."""
        return list(schedule.tick(self.desk, self.world.billing))

    def found(self, day: date | None = None) -> dict[str, int]:
        """How many of a day are of each class that has some."""
        told = self.client.get(f"/reconciliations/{day or self.day}", headers=CLERK).get_json()
        return {kind: of["count"] for kind, of in told["found"].items() if of["count"]}

    def cases(self, state: str = "open") -> list[dict[str, Any]]:
        told = self.client.get("/cases", query_string={"state": state}, headers=CLERK).get_json()
        return list(told["data"])

    def shown(self, case: dict[str, Any]) -> list[Any]:
        names = ("kind", "key", "ours_rubles", "theirs_rubles")
        return [case[name] for name in names]

    def clerk(self, case: dict[str, Any], what: str, **sent: Any) -> Any:
        path = f"/cases/{case['case_id']}/{what}"
        return self.client.post(path, json={"clerk": "maria"} | sent, headers=CLERK)

    def count(self, table: str) -> int:
        with self.world.engine.connect() as connection:
            return int(connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)
