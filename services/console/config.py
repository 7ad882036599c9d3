"""Settings of console, read from the environment once; every fault is told at start."""

from collections.abc import Mapping
from dataclasses import dataclass

from marshmallow.validate import URL, OneOf, Range

from shared.config import environment

_ADDRESS = URL(schemes={"http", "https"}, require_tld=False)
NEIGHBOURS = (
    "catalog",
    "click_tracking",
    "partner_postback",
    "bonus_status",
    "payout",
    "members",
    "notifications",
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the process of console needs to know."""

    app_env: str
    database_url: str
    redis_url: str
    kafka_bootstrap: str
    listen_host: str
    listen_port: int
    operator_key: str
    clerk_keys: tuple[bytes, ...]
    urls: Mapping[str, str]
    sms_kopecks: int = 0
    trusted_proxies: tuple[str, ...] = ()
    requests_a_minute: int = 300

    @property
    def cookie_is_secure(self) -> bool:
        """Say whether the session's cookie may travel over HTTPS only; a local stack has none."""
        return self.app_env == "production"


def from_environment() -> Settings:
    """Read the settings; raises WrongSettings."""
    env = environment()
    settings = Settings(
        app_env=env.str("APP_ENV", "local", validate=OneOf(["local", "production"])),
        database_url=env.str("DATABASE_URL"),
        redis_url=env.str("REDIS_URL"),
        kafka_bootstrap=env.str("KAFKA_BOOTSTRAP"),
        listen_host=env.str("LISTEN_HOST", "127.0.0.1"),
        listen_port=env.int("LISTEN_PORT", 8108),
        operator_key=env.str("OPERATOR_KEY"),
        # They seal the TOTP secrets and sign what forms carry.
        clerk_keys=tuple(env.keys_of("CLERK_KEYS")),
        # What the gateway takes for an SMS; 0: not known, and no cost is shown.
        sms_kopecks=env.int("SMS_KOPECKS", 0, validate=Range(0, 100_000)),
        trusted_proxies=env.proxies(),
        requests_a_minute=env.int("REQUESTS_A_MINUTE", 300, validate=Range(1)),
        urls={name: env.str(f"{name.upper()}_URL", validate=_ADDRESS) for name in NEIGHBOURS},
    )
    env.done()
    return settings
