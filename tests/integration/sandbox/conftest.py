"""Each part of the outside world as its own process, and a phone that no other test uses."""

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from typing import Any

import pytest
import requests

from tests.integration.sandbox.receiver import CLICK, SECRET, Receiver, handler
from tests.support.processes import serving
from tests.support.serving import running


@dataclass(frozen=True)
class Part:
    """A part of the sandbox, as its callers see it."""

    url: str
    _session: requests.Session = field(default_factory=requests.Session)

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        return self._session.request(method, self.url + path, timeout=15, **options)

    def once(self, path: str, key: str, sent: dict[str, Any]) -> requests.Response:
        return self.ask("POST", path, json=sent, headers={"Idempotency-Key": key})

    def fails(self, mode: str, **how: Any) -> None:
        answer = self.ask("PUT", "/faults", json={"mode": mode} | how)
        assert answer.status_code == 200, answer.text

    def every(self, path: str) -> list[dict[str, Any]]:
        """All entries of a list, page by page."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.ask("GET", path, params={"after": len(found), "limit": 1000}).json()
            found += page["data"]
            if not page["has_more"]:
                return found


@pytest.fixture(scope="session")
def _billing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Part]:
    folder = tmp_path_factory.mktemp("billing")
    with serving("sandbox", "operator_billing", folder, {"SANDBOX_DIR": str(folder)}) as url:
        yield Part(url)


@pytest.fixture(scope="session")
def _gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Part]:
    folder = tmp_path_factory.mktemp("gateway")
    with serving("sandbox", "gateway", folder, {"SANDBOX_DIR": str(folder)}) as url:
        yield Part(url)


@pytest.fixture
def billing(_billing: Part) -> Iterator[Part]:
    """The operator's billing, healthy before and after the test."""
    yield _billing
    _billing.ask("DELETE", "/faults")


@pytest.fixture
def gateway(_gateway: Part) -> Iterator[Part]:
    """The gateway, healthy before and after the test."""
    yield _gateway
    _gateway.ask("DELETE", "/faults")


@pytest.fixture
def new_phone() -> Callable[[], str]:
    """Answer another number at each call."""
    return lambda: f"+7926{secrets.randbelow(10**7):07d}"


@pytest.fixture
def phone(new_phone: Callable[[], str]) -> str:
    """A number of this test alone."""
    return new_phone()


@pytest.fixture
def key() -> str:
    """An idempotency key of this test alone."""
    return secrets.token_hex(12)


@pytest.fixture(scope="session")
def _receiver() -> Iterator[Receiver]:
    kept = Receiver()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(kept))
    kept.url = f"http://127.0.0.1:{server.server_port}"
    with running(server):
        yield kept


@pytest.fixture(scope="session")
def _shop(_receiver: Receiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Part]:
    folder = tmp_path_factory.mktemp("shop")
    partner = {"id": "global-mall", "secret": SECRET, "stores": ["aliexpress", "booking"]}
    (folder / "partners.json").write_text(json.dumps([partner]))
    settings = {
        "SANDBOX_DIR": str(folder),
        "PARTNERS_FILE": str(folder / "partners.json"),
        "PARTNER_POSTBACK_URL": _receiver.url,
    }
    with serving("sandbox", "partner_shop", folder, settings) as url:
        yield Part(url)


@pytest.fixture
def receiver(_receiver: Receiver) -> Receiver:
    """A real HTTP server in the place of our own postback service; it has got nothing yet."""
    _receiver.got.clear()
    _receiver.answers.clear()
    return _receiver


@pytest.fixture
def shop(_shop: Part) -> Iterator[Part]:
    """The shop as its own process, with one partner; healthy before and after the test."""
    yield _shop
    _shop.ask("DELETE", "/faults")


@pytest.fixture
def buy(shop: Part) -> Callable[..., dict[str, Any]]:
    """`buy(report=False)`: place an order of one line; answers it."""

    def place(**changes: Any) -> dict[str, Any]:
        line = {"amount_minor": 109900, "currency": "RUB", "category": "electronics"}
        sent = {"store_id": "aliexpress", "subid": CLICK, "lines": [line]} | changes
        answer = shop.ask("POST", "/api/orders", json=sent)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    return place
