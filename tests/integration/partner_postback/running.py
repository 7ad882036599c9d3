"""The service as it is deployed: its three processes, a database of their own, a real Kafka."""

import json
import os
import secrets
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import requests

from deploy.local import process
from deploy.local.ready import wait_ready
from services.partner_postback.formats.signature import sign
from shared.clock import utc_now
from shared.events import Event
from shared.kafka import make_producer
from tests.integration.partner_postback.partner import CLICK_KEY, OPERATOR_KEY, SERVICE_KEY
from tests.support.ports import free_ports

ROOT = Path(__file__).parents[3]
_START_SECONDS = 120
_HTTP_SECONDS = 15


class Intake:
    """The service under test, with one partner."""

    def __init__(self, folder: Path, database_url: str, bootstrap: str) -> None:
        self.folder, self.database_url, self.bootstrap = folder, database_url, bootstrap
        ports = free_ports(4)
        self.ports = dict(zip(("web", "consume", "work", "relay"), ports, strict=True))
        self.url = f"http://127.0.0.1:{self.ports['web']}"
        self.partner_id = f"global-mall-{secrets.token_hex(4)}"
        self.store_number = secrets.randbelow(2**31) + 1
        self.key = self.secret = ""
        self.running: dict[str, process.Running] = {}

    def start(self, role: str, *, name: str = "", **settings: str) -> None:
        """Start a role, and wait until it answers; a second process has a name of its own."""
        name = name or role
        self.ports.setdefault(name, free_ports(1)[0])
        port = "LISTEN_PORT" if role == "web" else "MONITOR_PORT"
        environment = os.environ | {
            "DATABASE_URL": self.database_url,
            "KAFKA_BOOTSTRAP": self.bootstrap,
            "OPERATOR_KEY": OPERATOR_KEY,
            "SERVICE_KEY": SERVICE_KEY,
            "CLICK_KEYS": CLICK_KEY.hex(),
            "WEBHOOKS_TO_PRIVATE_ADDRESSES": "1",
            "ALLOWS_PLAIN_HTTP": "true",
            port: str(self.ports[name]),
            **settings,
        }
        running = process.start(
            name,
            [sys.executable, "-m", "services.partner_postback", role],
            log=self.folder / f"{name}.log",
            env=environment,
            cwd=ROOT,
        )
        self.running[name] = running
        wait_ready(running, lambda: self._answers(name), _START_SECONDS)

    def kill(self, name: str) -> None:
        """End a process as a crash would."""
        process.kill(self.running[name])

    def stop(self) -> None:
        """Stop whatever still runs."""
        for running in self.running.values():
            process.stop(running)

    def sign_up(self) -> None:
        """Make the partner."""
        answer = requests.put(
            f"{self.url}/partners/{self.partner_id}",
            json={"name": "Global Mall", "formats": ["signed", "form"]},
            headers={"Authorization": f"Bearer {OPERATOR_KEY}"},
            timeout=_HTTP_SECONDS,
        )
        answer.raise_for_status()
        self.key, self.secret = answer.json()["key"], answer.json()["secret"]

    def open_store(self) -> None:
        """Be the catalog: say what the partner's store is."""
        store_id = f"store-{self.store_number}"
        data = {
            "store_id": store_id,
            "number": self.store_number,
            "name": "Store",
            "partner_id": self.partner_id,
            "attribution_days": 30,
        }
        told = Event("stores", store_id, "store.changed", store_id, 1, utc_now(), data)
        producer = make_producer(self.bootstrap)
        producer.send("stores", key=store_id.encode(), value=told.encode()).get(timeout=30)
        producer.close(timeout=5)

    def know_store(self) -> None:
        """Put the store where its event would have put it."""
        row = (f"store-{self.store_number}", self.store_number, self.partner_id)
        with psycopg.connect(self.database_url) as connection:
            connection.execute(
                "INSERT INTO stores (store_id, number, partner_id, attribution_days, changed_at)"
                " VALUES (%s, %s, %s, 30, now())",
                row,
            )

    def send(self, body: dict[str, Any]) -> requests.Response:
        """Send a signed message; raises requests' exceptions as a partner would meet them."""
        raw = json.dumps(body).encode()
        webhook_id, timestamp = f"msg_{uuid4()}", int(time.time())
        headers = {
            "webhook-id": webhook_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(self.secret, webhook_id, timestamp, raw),
        }
        url = f"{self.url}/postbacks/{self.partner_id}"
        return requests.post(url, data=raw, headers=headers, timeout=_HTTP_SECONDS)

    def receipt(self, receipt_id: str) -> dict[str, Any]:
        """Read a receipt as a clerk."""
        clerk = {"Authorization": f"Bearer {OPERATOR_KEY}"}
        url = f"{self.url}/receipts/{receipt_id}"
        read: dict[str, Any] = requests.get(url, headers=clerk, timeout=_HTTP_SECONDS).json()
        return read

    def orders(self) -> list[str]:
        """Answer the orders of all conversions that were recorded."""
        with psycopg.connect(self.database_url) as connection:
            query = "SELECT order_id FROM conversions WHERE partner_id = %s"
            return [row[0] for row in connection.execute(query, [self.partner_id])]

    def _answers(self, name: str) -> bool:
        path = "readyz" if name == "web" else "healthz"
        try:
            return requests.get(f"http://127.0.0.1:{self.ports[name]}/{path}", timeout=2).ok
        except requests.RequestException:
            return False
