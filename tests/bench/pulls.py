"""A pull of 100 000 records to the commit, against a bare client that only fetches the same pages.

The required ratio is taken at the stand-in's own pace. Two more rows show what decides it: a slower
network hides the recording behind its pages, and one that takes no time leaves only the recording.
"""

import secrets
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString
from uuid import uuid4

import psutil
import psycopg
import requests

from services.sandbox.networks import pages
from shared.clock import utc_now
from shared.schemas import rfc3339
from shared.sealed import Sealer
from tests.bench.postback_requests import STORE_NUMBER
from tests.bench.postback_targets import (
    Database,
    database,
    granian,
    settings_of,
    sign_up,
)
from tests.bench.report import Row
from tests.bench.scratch import scratch
from tests.support.networks import StandIn, stand_in
from tests.support.processes import running
from tests.support.waiting import eventually

RECORDS = 100_000
PAGE = 500
SLOWER_MILLISECONDS = 200
LEAST_OF_FETCHING = 0.7
LARGEST_MB = 250
_CLICKS = 1_000
_HTTP_SECONDS = 60
_PULL_SECONDS = 600
_READ: LiteralString = "SELECT records FROM pulls WHERE partner_id = %s"
_RECORDED: LiteralString = "SELECT count(*) FROM conversions WHERE partner_id = %s"
_CLICK_KEY = bytes(range(32))


@dataclass(frozen=True, slots=True)
class Pulled:
    """How fast a bare client fetched and decoded, and how fast we fetched and recorded."""

    fetched: float
    recorded: float


@dataclass(frozen=True, slots=True)
class Clerk:
    """Sets partners and pulls up, and sees what becomes of them."""

    url: str
    kept: Database
    key: str

    def pull(self, partner_id: str, wish: dict[str, Any]) -> float:
        """Answer the seconds from the wish to the commit of the last record.

        Counting the conversions all the while would be a load of its own: the pull's figure is
        asked, which follows the commits, and the conversions are counted once.
        """
        partner = {"name": partner_id, "stores": ["aliexpress"]}
        self._ask("PUT", f"/partners/{partner_id}", partner)
        began = time.perf_counter()
        self._ask("PUT", f"/pulls/{partner_id}/admitad_statistics", wish)
        with psycopg.connect(self.kept.service_url, autocommit=True) as looking:
            eventually(lambda: _ask(looking, _READ, partner_id) == RECORDS, seconds=_PULL_SECONDS)
            took = time.perf_counter() - began
            assert _ask(looking, _RECORDED, partner_id) == RECORDS
        return took

    def _ask(self, method: str, path: str, body: dict[str, Any]) -> None:
        headers = {"Authorization": f"Bearer {self.key}"}
        answer = requests.request(
            method, self.url + path, json=body, headers=headers, timeout=_HTTP_SECONDS
        )
        assert answer.ok, answer.text


def _ask(looking: psycopg.Connection[Any], query: LiteralString, partner_id: str) -> int:
    [[count]] = looking.execute(query, (partner_id,)).fetchall()
    return int(count)


def run() -> list[Row]:
    """Measure; takes about four minutes."""
    with scratch("pulls") as (folder, opened):
        return _measure(folder, opened)


def _measure(folder: Path, opened: ExitStack) -> list[Row]:
    network = opened.enter_context(stand_in(folder))
    kept = opened.enter_context(database(folder))
    settings = {**settings_of(kept.service_url, _CLICK_KEY), "ALLOWS_PLAIN_HTTP": "true"}
    web = opened.enter_context(granian(folder, settings))
    sign_up(web, settings, kept.service_url, _CLICK_KEY)
    work = opened.enter_context(running("partner_postback", "work", folder, settings))
    clerk = Clerk(f"http://127.0.0.1:{web.port}", kept, settings["OPERATOR_KEY"])
    at_its_pace = _pair(network, clerk, "network", pages.PAGE_MILLISECONDS)
    megabytes = psutil.Process(work.pid).memory_info().rss / 2**20
    slower = _pair(network, clerk, "slower-network", SLOWER_MILLISECONDS)
    at_full = _pair(network, clerk, "boundless-network", 0)
    pace = f"{pages.PAGE_MILLISECONDS} ms a page of {PAGE}"
    return [
        _row(f"{pace}, the stand-in's own pace", at_its_pace, LEAST_OF_FETCHING),
        _row(f"{SLOWER_MILLISECONDS} ms a page", slower, None),
        _row("no time a page", at_full, None),
        Row(
            "memory of the process work after 100 000 records",
            f"{megabytes:.0f} MB",
            f"≤ {LARGEST_MB} MB",
            holds=megabytes <= LARGEST_MB,
        ),
    ]


def _pair(network: StandIn, clerk: Clerk, partner_id: str, milliseconds: int) -> Pulled:
    network.reset()
    network.pace(page_milliseconds=milliseconds)
    ordered_at = utc_now() - timedelta(hours=1)
    network.make_up("admitad", RECORDS, _clicks(ordered_at), ordered_at)
    since = ordered_at - timedelta(days=1)
    fetched = _fetch(network, since.strftime("%d.%m.%Y"))
    wish = network.wish("admitad_statistics", since=rfc3339(since))
    return Pulled(RECORDS / fetched, RECORDS / clerk.pull(partner_id, wish))


def _row(how: str, pulled: Pulled, least: float | None) -> Row:
    ratio = pulled.recorded / pulled.fetched
    speeds = f"{pulled.recorded:,.0f}/s against {pulled.fetched:,.0f}/s"
    return Row(
        f"pulled and recorded ÷ only fetched, at {how}",
        f"{ratio:.2f} ({speeds})",
        "" if least is None else f"≥ {least}",
        holds=None if least is None else ratio >= least,
        figures={"fetched": pulled.fetched, "recorded": pulled.recorded},
    )


def _clicks(ordered_at: datetime) -> list[str]:
    clicked_at = int((ordered_at - timedelta(hours=1)).timestamp() * 1000)
    of_click = clicked_at.to_bytes(6, "big") + STORE_NUMBER.to_bytes(4, "big")
    sealer = Sealer([_CLICK_KEY])
    plain = (uuid4().bytes + of_click + secrets.token_bytes(6) for _ in range(_CLICKS))
    return [sealer.seal(one, b"click") for one in plain]


def _fetch(network: StandIn, first_day: str) -> float:
    """Answer the seconds of a bare session that fetches and decodes every page."""
    began = time.perf_counter()
    with requests.Session() as session:
        session.headers["Authorization"] = pages.bearer()
        for offset in range(0, RECORDS, PAGE):
            asked: dict[str, Any] = {"limit": PAGE, "offset": offset, "date_start": first_day}
            page = session.get(
                f"{network.url}/admitad/statistics/actions/", params=asked, timeout=_HTTP_SECONDS
            )
            assert len(page.json()["results"]) == PAGE
    return time.perf_counter() - began
