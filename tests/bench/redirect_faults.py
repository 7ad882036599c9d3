"""What faults do to clicks: Kafka away under load, and the web process killed under load."""

import http.client
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec

from deploy.local import process
from services.click_tracking.journal.segments import chunks, segments
from shared.kafka import read_whole_topic
from tests.bench.redirect_targets import STORE, cookies_of, ours, settings_of, shipper
from tests.bench.report import Row
from tests.bench.wrk import Load, burst, write_script
from tests.support.waiting import eventually

BURSTS = 3
SECONDS = 2
SHIP_SECONDS = 300
KILLS = 5
CLIENTS = 8
CLICKS_BEFORE_KILL = 1_500


def outage(
    folder: Path, bootstrap: str, broker: process.Running, start_broker: Callable[[], object]
) -> tuple[list[Load], list[Load], int, int]:
    """Load with Kafka up, then killed; answers both loads, the clicks, and those not shipped."""
    settings = settings_of(folder / "journal", bootstrap)
    script = write_script(folder / "clicks.lua", f"/go/{STORE}", cookies_of(settings))
    with ExitStack() as cleanup:
        web = cleanup.enter_context(ours(folder, settings))
        cleanup.enter_context(shipper(folder, settings))
        burst(web.port, script, 1)  # warm
        with_kafka = [burst(web.port, script, SECONDS) for _ in range(BURSTS)]
        process.kill(broker)
        without = [burst(web.port, script, SECONDS) for _ in range(BURSTS)]
        start_broker()
        clicked = set(kept(folder / "journal"))
        eventually(lambda: not _waiting(folder / "journal"), seconds=SHIP_SECONDS)
        return with_kafka, without, len(clicked), len(clicked - _shipped(bootstrap))


def kills(folder: Path, bootstrap: str) -> Row:
    """Kill the web process under load, again and again; look for what it had answered."""
    answered: set[str] = set()
    settings = settings_of(folder / "journal", bootstrap)
    for _ in range(KILLS):
        with ours(folder, settings) as web:
            answered |= _click_until_killed(web.port, cookies_of(settings), web.running)
    missing = answered - set(kept(folder / "journal"))
    return Row(
        f"answered clicks missing after {KILLS} times kill -9 under load",
        f"{len(missing)} of {len(answered)}",
        "0",
        holds=not missing and bool(answered),
    )


def kept(journal: Path) -> list[str]:
    """Answer the ids of all clicks in a journal, shipped or not."""
    return [
        click.click_id
        for path in [*segments(journal), *segments(journal / "shipped")]
        for chunk in chunks(path)
        for click in chunk.clicks
    ]


def _click_until_killed(port: int, cookies: Sequence[str], running: process.Running) -> set[str]:
    answered: list[str] = []

    def click(cookie: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with closing(connection), suppress(OSError, http.client.HTTPException):
            while True:
                connection.request("GET", f"/go/{STORE}", headers={"Cookie": cookie})
                answer = connection.getresponse()
                answer.read()
                location = answer.headers["Location"]
                answered.append(parse_qs(urlsplit(location).query)["subid"][0])

    clients = [
        threading.Thread(target=click, args=(cookie,), daemon=True) for cookie in cookies[:CLIENTS]
    ]
    for client in clients:
        client.start()
    eventually(lambda: len(answered) >= CLICKS_BEFORE_KILL)
    process.kill(running)
    for client in clients:
        client.join(timeout=10)
    return set(answered)


def _shipped(bootstrap: str) -> set[str]:
    ids: set[str] = set()
    for message in read_whole_topic(bootstrap, "clicks"):
        if message is None:
            break
        ids.add(message[0].decode())
    return ids


def _waiting(journal: Path) -> int:
    positions = journal / "positions.json"
    text = positions.read_bytes() if positions.exists() else b"{}"
    told = msgspec.json.decode(text, type=dict[str, int])
    return sum(path.stat().st_size - told.get(path.name, 0) for path in segments(journal))
