"""One pull of a test: set up by a clerk, run as the process `work` does, looked at afterwards."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import text

from services.partner_postback.click_id import ClickIds
from services.partner_postback.outside.fetching import Fetcher
from services.partner_postback.partners import Directory
from services.partner_postback.pulls.running import Running
from services.partner_postback.work.pulls import DuePulls
from tests.integration.partner_postback.partner import CLERK, CLICK_KEY, Desk, Partner
from tests.support.networks import StandIn

_MOST_RUNS = 50


@dataclass
class Pull:
    """A pull from the stand-in."""

    desk: Desk
    partner: Partner
    network: StandIn
    kind: str
    make_fetcher: Callable[[], Fetcher] = field(default=Fetcher)
    most_pages: int = 1_000

    @property
    def path(self) -> str:
        return f"/pulls/{self.partner.partner_id}/{self.kind}"

    def set_up(self, **changes: Any) -> dict[str, Any]:
        """As a clerk does."""
        sent = self.network.wish(self.kind, **changes)
        answer = self.desk.client.put(self.path, json=sent, headers=CLERK)
        assert answer.status_code in (200, 201), answer.json
        return dict(answer.json or {})

    @property
    def name(self) -> str:
        """The network's name at the stand-in."""
        return self.kind.partition("_")[0]

    def add(self, order_id: str, **changes: Any) -> int:
        """Let the network know of an order; answers its number there."""
        sent = {"ordered_at": (self.desk.clock() - timedelta(minutes=2)).isoformat(), **changes}
        return self.network.add(self.name, order_id, self.partner.click(hours=1), **sent)

    def wait(self) -> None:
        """Let so much time pass that all that the network noted lies in the past."""
        self.desk.clock.move(timedelta(minutes=1))

    def run(self) -> dict[str, Any]:
        """Run it now, to its end or to its fault; answers how it stands."""
        answer = self.desk.client.post(f"{self.path}/run", headers=CLERK)
        assert answer.status_code == 200, answer.json
        return self.run_if_due()

    def run_if_due(self) -> dict[str, Any]:
        """Run it if it is its time."""
        due = self.due_pulls()
        for _ in range(_MOST_RUNS):
            if not due.work():
                break
        return self.shown()

    def due_pulls(self) -> DuePulls:
        """The job of the process `work`."""
        desk = self.desk
        running = Running(
            desk.engine,
            Directory(desk.engine),
            ClickIds([CLICK_KEY]),
            desk.clock,
            make_fetcher=self.make_fetcher,
            most_pages=self.most_pages,
        )
        return DuePulls(desk.engine, running, desk.clock)

    def shown(self) -> dict[str, Any]:
        answer = self.desk.client.get(self.path, headers=CLERK)
        return dict(answer.json or {})

    def conversions(self) -> dict[str, tuple[str, int]]:
        """Status and sum of each order, by its number."""
        query = "SELECT order_id, status, paid_minor FROM conversions WHERE partner_id = :partner"
        with self.desk.engine.connect() as connection:
            rows = connection.execute(text(query), {"partner": self.partner.partner_id})
            return {row.order_id: (row.status, row.paid_minor) for row in rows}

    def receipts(self) -> list[tuple[str, str]]:
        """Verdict and code of each receipt, in the order of the rows."""
        query = (
            "SELECT verdict, code FROM receipts WHERE partner_id = :partner AND source = 'pull'"
            " ORDER BY row_number"
        )
        with self.desk.engine.connect() as connection:
            rows = connection.execute(text(query), {"partner": self.partner.partner_id})
            return [(row.verdict, row.code) for row in rows]


small_fetcher = partial(Fetcher, largest_bytes=4_000)
