"""Settings: what is missing or malformed is told whole, before anything starts."""

import pytest

from services.payout.config import from_environment
from shared.config import WrongSettings

WRONG = {
    "LEASE_SECONDS": "soon",
    "SMALLEST_TOP_UP_RUBLES": "0",
    "EXECUTORS": "none",
    "SESSION_KEYS": "short",
    "APP_ENV": "moon",
}
MISSING = {
    "DATABASE_URL",
    "KAFKA_BOOTSTRAP",
    "OPERATOR_KEY",
    "SERVICE_KEY",
    "CERTIFICATE_KEYS",
    "MANIFEST_KEYS",
    "MEMBERS_URL",
    "OPERATOR_BILLING_URL",
}


def test_every_fault_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in MISSING:
        monkeypatch.delenv(name, raising=False)
    for name, value in WRONG.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(WrongSettings) as refused:
        from_environment()
    assert set(refused.value.faults) == MISSING | WRONG.keys()
