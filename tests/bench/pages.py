"""The account page of a member with 10 000 bonuses, against the same template with no data."""

import html
import os
import re
import statistics
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import requests
from playwright.sync_api import Page

from deploy.local import process, settings
from deploy.local.processes import Process
from deploy.local.settings import Settings
from tests.bench.bonuses_targets import FILL_MEMBER
from tests.bench.report import Row
from tests.bench.scratch import scratch
from tests.support.browser import chromium
from tests.support.ports import free_ports
from tests.support.processes import wait_until_ready
from tests.support.stack import RunningStack, start_stack

HELD = 10_000
ASKED = 600
MOST_OF_EMPTY = 5.0
MOST_KILOBYTES = 60.0
MOST_REQUESTS = 3
_ROOT = Path(__file__).parents[2]
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_FILL_ACCOUNT = """
UPDATE accounts SET pending = pending + (SELECT sum(amount) FROM bonuses
    WHERE member_id = %(member)s AND status = 'pending'),
    accrued = accrued + (SELECT sum(amount) FROM bonuses
    WHERE member_id = %(member)s AND status = 'accrued') WHERE member_id = %(member)s
"""
_PAINT = """() => new Promise((told) => {
    new PerformanceObserver((list) => told(list.getEntries().at(-1).startTime))
        .observe({ type: "largest-contentful-paint", buffered: true });
})"""
_LOADED = """() => [...performance.getEntriesByType("navigation"),
    ...performance.getEntriesByType("resource")].map((one) => [one.name, one.transferSize])"""


def run() -> list[Row]:
    """Measure on a whole stack of its own; takes about two minutes."""
    with scratch("pages") as (folder, opened):
        stack = start_stack(folder, opened)
        member = stack.new_members()[0]
        _fill(stack.settings(), member["id"])
        url = _serve(opened, folder, stack)
        session = _signed_in(stack, url, member["id"])
        return [*_speed(session, url), *_weight(session, url)]


def _fill(chosen: Settings, member_id: str) -> None:
    with psycopg.connect(chosen.dsn("bonus_status")) as filling:
        filling.execute(FILL_MEMBER, {"member": member_id, "bonuses": HELD})
        filling.execute(_FILL_ACCOUNT, {"member": member_id})
    with psycopg.connect(chosen.dsn("bonus_status"), autocommit=True) as tidying:
        tidying.execute("ANALYZE bonuses")


def _serve(opened: ExitStack, folder: Path, stack: RunningStack) -> str:
    [port] = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    environment = settings.environment(stack.settings(), Process("account", "web"))
    environment |= {"LISTEN_PORT": str(port), "ACCOUNT_URL": url}
    # One member asks for as many pages as he can.
    environment["REQUESTS_A_MINUTE"] = "1000000"
    command = [sys.executable, "-m", "tests.bench.pages_app"]
    running = process.start(
        "pages", command, log=folder / "pages.log", env=os.environ | environment, cwd=_ROOT
    )
    opened.callback(process.stop, running)
    wait_until_ready(running, url)
    return url


def _signed_in(stack: RunningStack, url: str, member_id: str) -> requests.Session:
    """Come in by a clerk's link, as a browser does."""
    answer = stack.system.clerk("members").post(f"/members/{member_id}/sessions")
    path = "/enter/link/" + answer.json()["sign_in_url"].rpartition("/")[2]
    session = requests.Session()
    token = _TOKEN.search(session.get(url + path, timeout=30).text)
    assert token is not None
    form = {"csrf_token": html.unescape(token[1])}
    session.post(url + path, data=form, timeout=30).raise_for_status()
    return session


def _speed(session: requests.Session, url: str) -> list[Row]:
    """Ask in turns, so that whatever slows the machine down slows both."""
    pages = [lambda path=path: _ask(session, url + path) for path in ("/me", "/me/bench-empty")]
    times = [[ask() for ask in pages] for _ in range(ASKED)]
    full, empty = (_p95(one) for one in zip(*times[ASKED // 10 :], strict=True))
    ratio = full / empty
    return [
        Row(
            f"p95 of the account page, {HELD:,} bonuses ÷ the same template with no data",
            f"{ratio:.2f} ({full:.1f} ms against {empty:.1f} ms)",
            f"≤ {MOST_OF_EMPTY}",
            holds=ratio <= MOST_OF_EMPTY,
            figures={"full_ms": full, "empty_ms": empty},
        )
    ]


def _weight(session: requests.Session, url: str) -> list[Row]:
    """Look with a browser whose cache is empty, and once more."""
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 390, "height": 844})
        context.add_cookies(
            [{"name": one.name, "value": one.value or "", "url": url} for one in session.cookies]
        )
        page = context.new_page()
        first, paint = _look(page, url)
        second, paint_again = _look(page, url)
    kilobytes = sum(size for _, size in first) / 1024
    asked = [name for name, size in second if size > 0]
    return [
        Row(
            "the account page over the wire, first view",
            f"{kilobytes:.1f} KB in {len(first)} requests",
            f"≤ {MOST_KILOBYTES:.0f} KB",
            holds=kilobytes <= MOST_KILOBYTES,
            figures={"kilobytes": kilobytes, "requests": len(first)},
        ),
        Row(
            "requests of a second view",
            f"{len(asked)}, {sum(size for _, size in second) / 1024:.1f} KB",
            f"≤ {MOST_REQUESTS}",
            holds=len(asked) <= MOST_REQUESTS,
            figures={"asked": asked},
        ),
        Row("largest paint, first and second view", f"{paint:.0f} ms, {paint_again:.0f} ms"),
    ]


def _look(page: Page, url: str) -> tuple[list[tuple[str, int]], float]:
    page.goto(f"{url}/me", wait_until="networkidle")
    loaded: list[tuple[str, int]] = [(name, size) for name, size in page.evaluate(_LOADED)]
    paint: Any = page.evaluate(_PAINT)
    return loaded, float(paint)


def _ask(session: requests.Session, address: str) -> float:
    began = time.perf_counter()
    answer = session.get(address, timeout=30, allow_redirects=False)
    took = (time.perf_counter() - began) * 1_000
    assert answer.status_code == 200, (address, answer.status_code)
    return took


def _p95(times: tuple[float, ...]) -> float:
    return statistics.quantiles(times, n=20)[-1]
