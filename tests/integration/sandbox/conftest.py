"""Each part of the outside world as its own process, and a phone that no other test uses."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from tests.support.processes import serving


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
