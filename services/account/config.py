"""Settings of account, read from the environment once; every fault is told at start."""

from dataclasses import dataclass

from marshmallow.validate import URL, OneOf, Range

from shared.config import environment

_ADDRESS = URL(schemes={"http", "https"}, require_tld=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the website needs to know."""

    app_env: str
    redis_url: str
    listen_host: str
    listen_port: int
    service_key: str
    site_key: bytes
    session_cookie_domain: str | None
    languages: tuple[str, ...]
    account_url: str
    members_url: str
    catalog_url: str
    bonus_status_url: str
    payout_url: str
    click_tracking_url: str
    notifications_url: str
    trusted_proxies: tuple[str, ...] = ()
    requests_a_minute: int = 300

    @property
    def is_secure(self) -> bool:
        """Say whether cookies may travel over HTTPS only; a local stack has none."""
        return self.app_env == "production"


def from_environment() -> Settings:
    """Read the settings; raises WrongSettings."""
    env = environment()
    settings = Settings(
        app_env=env.str("APP_ENV", "local", validate=OneOf(["local", "production"])),
        redis_url=env.str("REDIS_URL"),
        listen_host=env.str("LISTEN_HOST", "127.0.0.1"),
        listen_port=env.int("LISTEN_PORT", 8107),
        service_key=env.str("SERVICE_KEY"),
        site_key=env.keys_of("SITE_KEYS")[0],
        # Set where the services have host names of their own under one domain.
        session_cookie_domain=env.str("SESSION_COOKIE_DOMAIN", None),
        # The first one is for visitors whose browser asks for none of them.
        languages=tuple(env.list("SITE_LANGUAGES", ["ru", "en", "uk", "sv"])),
        trusted_proxies=env.proxies(),
        requests_a_minute=env.int("REQUESTS_A_MINUTE", 300, validate=Range(1)),
        account_url=env.str("ACCOUNT_URL", validate=_ADDRESS),
        members_url=env.str("MEMBERS_URL", validate=_ADDRESS),
        catalog_url=env.str("CATALOG_URL", validate=_ADDRESS),
        bonus_status_url=env.str("BONUS_STATUS_URL", validate=_ADDRESS),
        payout_url=env.str("PAYOUT_URL", validate=_ADDRESS),
        click_tracking_url=env.str("CLICK_TRACKING_URL", validate=_ADDRESS),
        notifications_url=env.str("NOTIFICATIONS_URL", validate=_ADDRESS),
    )
    env.done()
    return settings
