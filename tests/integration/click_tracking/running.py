"""click_tracking as it is deployed: its two processes, a journal of their own, a real Kafka."""

import json
import os
import secrets
import sys
import threading
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import requests

from deploy.local import process
from deploy.local.ready import wait_ready
from services.click_tracking.journal.segments import chunks, segments
from shared.events import Envelope, Event, open_envelope
from shared.identity import SESSION_COOKIE, Sessions
from shared.kafka import KafkaConsumer, TopicPartition, make_producer
from tests.support.ports import free_ports
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[3]
_START_SECONDS = 120
_HTTP_SECONDS = 5


class ClickTracking:
    """The service under test; every test has members and stores of its own."""

    def __init__(self, folder: Path, bootstrap: str) -> None:
        """Choose ports and keys; nothing runs yet."""
        self.folder, self.bootstrap = folder, bootstrap
        self.journal = folder / "journal"
        self.port, self.monitor_port = free_ports(2)
        self.url = f"http://127.0.0.1:{self.port}"
        self.session_key = secrets.token_bytes(32)
        self.running: list[process.Running] = []
        self.environment = os.environ | {
            "KAFKA_BOOTSTRAP": bootstrap,
            "LISTEN_PORT": str(self.port),
            "MONITOR_PORT": str(self.monitor_port),
            "OPERATOR_KEY": "operator",
            "SERVICE_KEY": "service",
            "SESSION_KEYS": self.session_key.hex(),
            "CLICK_KEYS": secrets.token_hex(32),
            "ACCOUNT_URL": "http://account.example",
            "JOURNAL_DIR": str(self.journal),
        }

    def start(self, role: str) -> process.Running:
        """Start `web` or `ship`, and wait until it answers."""
        command = [sys.executable, "-m", "services.click_tracking", role]
        log = self.folder / f"{role}.log"
        running = process.start(role, command, log=log, env=self.environment, cwd=ROOT)
        self.running.append(running)
        port = self.port if role == "web" else self.monitor_port
        wait_ready(running, lambda: _answers(port, "/healthz"), _START_SECONDS)
        return running

    def stop(self) -> None:
        """Stop whatever still runs."""
        for running in self.running:
            process.stop(running)

    def cookie(self, member: UUID | None = None) -> str:
        """Sign a member in."""
        ends_at = datetime.now(UTC) + timedelta(days=1)
        token = Sessions([self.session_key]).seal(member or uuid4(), ends_at)
        return f"{SESSION_COOKIE}={token}"

    def get(self, path: str, **headers: str) -> requests.Response:
        """Ask as a member's browser would, without following the redirect."""
        given = {"Cookie": self.cookie()} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return requests.get(
            self.url + path, headers=given, allow_redirects=False, timeout=_HTTP_SECONDS
        )

    def open_store(self, **changes: object) -> str:
        """Have the catalog say a store, and wait until the web process knows it; answers its id."""
        store_id = f"store-{secrets.token_hex(4)}"
        self.says(make_store(store_id, **changes))
        eventually(lambda: self.get(f"/go/{store_id}").status_code != 404, seconds=30)
        return store_id

    def click(self, store_id: str) -> str:
        """Click on a store; answers the click id."""
        answer = self.get(f"/go/{store_id}")
        assert answer.status_code == 302, answer.text
        return click_id(answer.headers["Location"])

    def says(self, store: Event) -> None:
        """Be the catalog: say an event, and wait until Kafka has it."""
        producer = make_producer(self.bootstrap)
        producer.send(store.topic, key=store.key.encode(), value=store.encode()).get(timeout=10)
        producer.close(timeout=5)

    def in_journal(self) -> set[str]:
        """Answer the ids of all clicks kept, shipped or not."""
        return {
            click.click_id
            for path in [*segments(self.journal), *segments(self.journal / "shipped")]
            for chunk in chunks(path)
            for click in chunk.clicks
        }

    def metric(self, port: int, name: str) -> float:
        """Answer a figure of /metrics; 0 when it is not there yet."""
        text = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=_HTTP_SECONDS).text
        lines = [line for line in text.splitlines() if line.startswith(f"{name} ")]
        return float(lines[0].split()[-1]) if lines else 0.0


class Load:
    """Clicks by several browsers at once, until the server is gone or `stop` is called."""

    def __init__(self, service: ClickTracking, store_id: str, browsers: int = 6) -> None:
        """Begin at once."""
        self.answered: list[str] = []
        self._stopped = False
        self._threads = [
            threading.Thread(target=self._click, args=(service, store_id), daemon=True)
            for _ in range(browsers)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> set[str]:
        """End; answers the ids of all clicks that were answered."""
        self._stopped = True
        for thread in self._threads:
            thread.join(timeout=10)
        return set(self.answered)

    def _click(self, service: ClickTracking, store_id: str) -> None:
        headers = {"Cookie": service.cookie()}
        connection = HTTPConnection("127.0.0.1", service.port, timeout=5)
        with closing(connection), suppress(OSError, HTTPException):
            while not self._stopped:
                connection.request("GET", f"/go/{store_id}", headers=headers)
                answer = connection.getresponse()
                answer.read()
                self.answered.append(click_id(answer.headers["Location"]))


def make_store(store_id: str, *, version: int = 1, **changes: object) -> Event:
    """Build store.changed as the catalog says it."""
    terms = {
        "terms_id": str(uuid4()),
        "valid_from": "2026-01-01T00:00:00Z",
        "valid_to": None,
        "rates": [
            {"category": None, "kind": "percent", "basis_points": 700, "rubles": None}
            | {"excluded": False}
        ],
    }
    data = {
        "store_id": store_id,
        "number": 1 + secrets.randbelow(10**9),
        "name": "A store",
        "partner_id": "global-mall",
        "group": "Online stores",
        "subgroup": "Everything",
        "status": "active",
        "tracking_url": f"https://shop.example/{store_id}?subid={{click_id}}",
        "deep_link_hosts": ["shop.example"],
        "attribution_days": 30,
        "confirmation_days": 45,
        "terms": [terms],
    }
    now = datetime.now(UTC)
    return Event("stores", store_id, "store.changed", store_id, version, now, data | changes)


class Said:
    """What the topic `clicks` got, since this began to listen or from its beginning."""

    def __init__(self, bootstrap: str, *, from_beginning: bool = False) -> None:
        """Begin at the end where the topic is every test's."""
        self._consumer = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
        numbers = sorted(self._consumer.partitions_for_topic("clicks") or ())
        places = [TopicPartition("clicks", number) for number in numbers]
        self._consumer.assign(places)
        seek = self._consumer.seek_to_beginning if from_beginning else self._consumer.seek_to_end
        seek(*places)
        for place in places:
            self._consumer.position(place)  # the end is looked up now, not at the first poll
        self._events: dict[str, list[Envelope]] = defaultdict(list)

    def of(self, click_id: str) -> list[Envelope]:
        """Answer the events of a click."""
        for records in self._consumer.poll(timeout_ms=100, max_records=10_000).values():
            for record in records:
                self._events[record.key.decode()].append(open_envelope(record.value))
        return self._events[click_id]

    def missing(self, wanted: Iterable[str]) -> set[str]:
        """Answer which clicks have no event yet."""
        self.of("")
        return {one for one in wanted if not self._events[one]}

    def close(self) -> None:
        """Listen no more."""
        self._consumer.close()


def click_id(location: str) -> str:
    """Read the click id from where a click was sent."""
    return parse_qs(urlsplit(location).query)["subid"][0]


def data_of(envelope: Envelope) -> dict[str, object]:
    """Answer the contents of an event."""
    data: dict[str, object] = json.loads(bytes(envelope.data))
    return data


def _answers(port: int, path: str) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}{path}", timeout=_HTTP_SECONDS).ok
    except requests.RequestException:
        return False
