"""Settings of notifications, read from the environment once; every fault is told at start."""

from dataclasses import dataclass
from datetime import timedelta

from marshmallow.validate import URL, OneOf, Range

from shared.config import environment

_ADDRESS = URL(schemes={"http", "https"}, require_tld=False)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the sender waits: a claim must outlive the call, an undelivered message ends."""

    lease: timedelta = timedelta(seconds=60)
    first_pause: timedelta = timedelta(seconds=1)
    longest_pause: timedelta = timedelta(minutes=5)
    give_up: timedelta = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the processes of notifications need to know."""

    app_env: str
    database_url: str
    kafka_bootstrap: str
    listen_host: str
    listen_port: int
    monitor_port: int
    operator_key: str
    service_key: str
    session_keys: tuple[bytes, ...]
    members_url: str
    payout_url: str
    gateway_url: str
    senders: int
    patience: Patience


def from_environment() -> Settings:
    """Read the settings; raises WrongSettings."""
    env = environment()
    lease_seconds = env.int("MESSAGE_LEASE_SECONDS", 60, validate=Range(1, 3600))
    settings = Settings(
        app_env=env.str("APP_ENV", "local", validate=OneOf(["local", "production"])),
        database_url=env.str("DATABASE_URL"),
        kafka_bootstrap=env.str("KAFKA_BOOTSTRAP"),
        listen_host=env.str("LISTEN_HOST", "127.0.0.1"),
        listen_port=env.int("LISTEN_PORT", 8106),
        monitor_port=env.int("MONITOR_PORT", 0),
        operator_key=env.str("OPERATOR_KEY"),
        service_key=env.str("SERVICE_KEY"),
        session_keys=tuple(env.keys_of("SESSION_KEYS")),
        members_url=env.str("MEMBERS_URL", validate=_ADDRESS),
        payout_url=env.str("PAYOUT_URL", validate=_ADDRESS),
        gateway_url=env.str("GATEWAY_URL", validate=_ADDRESS),
        senders=env.int("SENDERS", 4, validate=Range(1, 32)),
        patience=Patience(lease=timedelta(seconds=lease_seconds or 60)),
    )
    env.done()
    return settings
