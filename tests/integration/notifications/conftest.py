"""Notifications between real neighbours: members with phones, and the gateway with its inbox."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
import requests
from flask import Flask
from sqlalchemy import Engine, text

from services.notifications import store
from services.notifications.app import build
from services.notifications.config import Patience, Settings
from services.notifications.domain import Kind, News
from services.notifications.outside import Outside
from services.notifications.sender import Sender
from shared.http_client import Breaker, HttpClient
from tests.support.clock import SteppedClock
from tests.support.processes import serving

CLERK_KEY, SERVICE_KEY, SESSION_KEY = "clerk", "service", b"k" * 32
NOWHERE = "http://127.0.0.1:1"


@dataclass
class World:
    """Everything around the sender, as a test sees it."""

    engine: Engine
    clock: SteppedClock
    members_url: str
    gateway_url: str
    payout_url: str = NOWHERE
    patience: Patience = field(default_factory=Patience)
    senders: list[Sender] = field(default_factory=list)

    def member(self, language: str = "en") -> tuple[UUID, str]:
        """Register a member with a phone of his own; answers both."""
        phone = f"+7928{secrets.randbelow(10**7):07d}"
        clerk = HttpClient(self.members_url, bearer=CLERK_KEY)
        answer = clerk.post("/members", json={"phone": phone, "language": language})
        member_id = UUID(answer.json()["member_id"])
        with self.engine.begin() as connection:
            store.note_members(connection, {member_id: language})
        return member_id, phone

    def tell(self, *news: News) -> None:
        with self.engine.begin() as connection:
            store.add(connection, news, self.clock())

    def sender(self, **urls: str) -> Sender:
        """One more sender; `gateway=NOWHERE` gives it a gateway that is down."""

        def client(name: str, url: str) -> HttpClient:
            return HttpClient(urls.get(name, url), bearer=SERVICE_KEY, breaker=Breaker(10**6))

        outside = Outside(
            client("members", self.members_url),
            client("payout", self.payout_url),
            client("gateway", self.gateway_url),
        )
        made = Sender(self.engine, outside, self.patience, self.clock, 2)
        self.senders.append(made)
        return made

    def inbox(self, phone: str) -> list[str]:
        """The texts that really arrived at a phone."""
        return [one["text"] for one in self.mails(phone)]

    def mails(self, to: str) -> list[dict[str, Any]]:
        """What really arrived at a phone or a mailbox."""
        found = requests.get(f"{self.gateway_url}/messages", params={"to": to}, timeout=5).json()
        return list(found["data"])

    def gateway_fails(self, mode: str, phone: str, **how: Any) -> None:
        fault = {"mode": mode, "phone": phone} | how
        requests.put(f"{self.gateway_url}/faults", json=fault, timeout=5).raise_for_status()

    def gateway_heals(self) -> None:
        requests.delete(f"{self.gateway_url}/faults", timeout=5).raise_for_status()

    def rows(self, member_id: UUID) -> list[Any]:
        ask = text("SELECT * FROM messages WHERE member_id = :id ORDER BY made_at, cause")
        with self.engine.connect() as connection:
            return list(connection.execute(ask, {"id": member_id}))


def topped_up(member_id: UUID, amount: int = 300) -> News:
    """News of a top-up that was made."""
    cause = f"payout:{secrets.token_hex(8)}:completed"
    return News(cause, member_id, Kind.TOP_UP_COMPLETED, {"amount": amount})


@pytest.fixture(scope="session")
def _billing_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("billing")
    with serving("sandbox", "operator_billing", folder, {"SANDBOX_DIR": str(folder)}) as url:
        yield url


@pytest.fixture(scope="session")
def _members_url(
    tmp_path_factory: pytest.TempPathFactory, service_url: Callable[[str], str], _billing_url: str
) -> Iterator[str]:
    settings = {
        "DATABASE_URL": service_url("members"),
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "OPERATOR_KEY": CLERK_KEY,
        "SERVICE_KEY": SERVICE_KEY,
        "SESSION_KEYS": "6b" * 32,
        "MEMBERS_URL": "http://members.test",
        "ACCOUNT_URL": "http://account.test",
        "OPERATOR_BILLING_URL": _billing_url,
    }
    with serving("members", "web", tmp_path_factory.mktemp("members"), settings) as url:
        yield url


@pytest.fixture(scope="session")
def _gateway_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("gateway")
    with serving("sandbox", "gateway", folder, {"SANDBOX_DIR": str(folder)}) as url:
        yield url


@pytest.fixture
def world(
    fresh_engine: Callable[[str], Engine],
    clock: SteppedClock,
    _members_url: str,
    _gateway_url: str,
) -> Iterator[World]:
    """Notifications on a database of this test alone, between real neighbours."""
    made = World(fresh_engine("notifications"), clock, _members_url, _gateway_url)
    yield made
    for sender in made.senders:
        sender.close()
    made.gateway_heals()


@pytest.fixture
def app(fresh_service_url: Callable[[str], str], clock: SteppedClock) -> Iterator[Flask]:
    """The app that clerks ask."""
    made = build(
        Settings(
            app_env="local",
            database_url=fresh_service_url("notifications"),
            kafka_bootstrap="127.0.0.1:1",
            listen_host="127.0.0.1",
            listen_port=0,
            monitor_port=0,
            operator_key=CLERK_KEY,
            service_key=SERVICE_KEY,
            session_keys=(SESSION_KEY,),
            members_url=NOWHERE,
            payout_url=NOWHERE,
            gateway_url=NOWHERE,
            senders=1,
            patience=Patience(),
        ),
        clock,
    )
    yield made
    made.extensions["notifications"].engine.dispose()
