"""The stand-in of the networks as a process, and a pull from it, set up as a clerk does."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import requests

from services.sandbox.networks import pages
from shared.schemas import rfc3339
from tests.support.processes import serving

TOKEN = {"token": pages.TOKEN}
BASIC = {"user": pages.NAME, "password": pages.PASSWORD}
# What each kind of pull needs here, beside its address.
SET_UP: dict[str, dict[str, Any]] = {
    "admitad_statistics": {
        "path": "/admitad",
        "credentials": {"client_id": pages.NAME, "client_secret": pages.PASSWORD},
    },
    "awin_transactions": {
        "path": "/awin", "credentials": TOKEN, "settings": {"publisher_id": "45628"},
    },
    "cj_commissions": {
        "path": "/cj", "credentials": TOKEN, "settings": {"publisher_id": "45628"},
    },
    "impact_actions": {
        "path": "/impact",
        "credentials": {"account_sid": pages.NAME, "auth_token": pages.PASSWORD},
    },
    "admitad_revision_xml": {"path": "/revision/payments.xml", "credentials": BASIC},
}  # fmt: skip


@dataclass(frozen=True)
class StandIn:
    """The networks, as scripts fill them and as a clerk names them."""

    url: str
    session: requests.Session = field(default_factory=requests.Session)

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        answer = self.session.request(method, self.url + path, timeout=15, **options)
        assert answer.ok, answer.text
        return answer

    def reset(self) -> None:
        """Healthy, empty, and as fast as it can."""
        self.ask("DELETE", "/faults")
        self.ask("DELETE", "/transactions")
        self.pace(page_milliseconds=0)

    def pace(self, **pace: Any) -> None:
        self.ask("PUT", "/pace", json=pace)

    def fails(self, mode: str, **how: Any) -> None:
        self.ask("PUT", "/faults", json={"mode": mode, "calls": "reads", **how})

    def heal(self) -> None:
        self.ask("DELETE", "/faults")

    def add(self, network: str, order_id: str, click_id: str, **changes: Any) -> int:
        sent = {"amount": "1099.00", "order_id": order_id, "click_id": click_id, **changes}
        return int(
            self.ask("POST", "/transactions", json={"network": network, **sent}).json()["number"]
        )

    def change(self, network: str, number: int, **changes: Any) -> None:
        self.ask("POST", f"/transactions/{network}/{number}", json=changes)

    def make_up(self, network: str, count: int, click_ids: list[str], at: datetime) -> None:
        sent = {"network": network, "count": count, "click_ids": click_ids}
        self.ask("PUT", "/made-up", json={**sent, "ordered_at": rfc3339(at)})

    def wish(self, kind: str, **changes: Any) -> dict[str, Any]:
        """What a clerk sends to set a pull of this kind up."""
        set_up = dict(SET_UP[kind])
        return {"base_url": self.url + set_up.pop("path"), **set_up, **changes}


@contextmanager
def stand_in(folder: Path) -> Iterator[StandIn]:
    """Run the stand-in's process."""
    with serving("sandbox", "networks", folder, {"SANDBOX_DIR": str(folder)}) as url:
        yield StandIn(url)
