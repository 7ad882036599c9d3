"""Settings of members, read from the environment once; every fault is told at start."""

from dataclasses import dataclass

from marshmallow.validate import URL, OneOf, Range

from shared.config import environment

_ADDRESS = URL(schemes={"http", "https"}, require_tld=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the processes of members need to know."""

    app_env: str
    database_url: str
    redis_url: str
    kafka_bootstrap: str
    listen_host: str
    listen_port: int
    monitor_port: int
    operator_key: str
    service_key: str
    session_keys: tuple[bytes, ...]
    session_days: int
    session_minutes: int
    captcha_bits: int
    account_url: str
    billing_url: str


def from_environment() -> Settings:
    """Read the settings; raises WrongSettings."""
    env = environment()
    settings = Settings(
        app_env=env.str("APP_ENV", "local", validate=OneOf(["local", "production"])),
        database_url=env.str("DATABASE_URL"),
        redis_url=env.str("REDIS_URL"),
        kafka_bootstrap=env.str("KAFKA_BOOTSTRAP"),
        listen_host=env.str("LISTEN_HOST", "127.0.0.1"),
        listen_port=env.int("LISTEN_PORT", 8105),
        monitor_port=env.int("MONITOR_PORT", 0),
        operator_key=env.str("OPERATOR_KEY"),
        service_key=env.str("SERVICE_KEY"),
        session_keys=tuple(env.keys_of("SESSION_KEYS")),
        session_days=env.int("SESSION_DAYS", 30, validate=Range(1, 366)),
        # Of a session that a device renews; what was ended stays signed in for so long at most.
        session_minutes=env.int("SESSION_MINUTES", 15, validate=Range(1, 60)),
        # Each bit more doubles a browser's work: 16 are about a second.
        captcha_bits=env.int("CAPTCHA_BITS", 16, validate=Range(1, 24)),
        account_url=env.str("ACCOUNT_URL", validate=_ADDRESS),
        billing_url=env.str("OPERATOR_BILLING_URL", validate=_ADDRESS),
    )
    env.done()
    return settings
