"""The settings of this service, read from the environment once."""

from dataclasses import dataclass
from functools import partial

from marshmallow import ValidationError

from shared.config import environment

# Each waits for its commit most of the time; requests beyond them queue in the server.
DEFAULT_THREADS = 64


@dataclass(frozen=True, slots=True)
class Settings:
    """What the processes of this service need to know."""

    database_url: str
    kafka_bootstrap: str
    listen_host: str
    listen_port: int
    monitor_port: int
    operator_key: str
    service_key: str
    click_keys: list[bytes]
    threads: int
    # Empty: rates are set by hand, or taken in from a file.
    central_bank_url: str = ""
    # Credentials go to networks over HTTPS alone, but for stand-ins on this machine.
    allows_plain_http: bool = False
    webhooks_to_private_addresses: bool = False
    trusted_proxies: tuple[str, ...] = ()


def read_settings() -> Settings:
    """Answer the settings; raises WrongSettings with every fault at once."""
    env = environment()
    allows_plain_http = bool(env.bool("ALLOWS_PLAIN_HTTP", False))
    is_safe = partial(_check_outside, allows_plain_http=allows_plain_http)
    settings = Settings(
        database_url=env.str("DATABASE_URL"),
        kafka_bootstrap=env.str("KAFKA_BOOTSTRAP"),
        listen_host=env.str("LISTEN_HOST", "127.0.0.1"),
        listen_port=env.int("LISTEN_PORT", 8102),
        monitor_port=env.int("MONITOR_PORT", 0),
        operator_key=env.str("OPERATOR_KEY"),
        service_key=env.str("SERVICE_KEY"),
        click_keys=env.keys_of("CLICK_KEYS"),
        threads=env.int("POSTBACK_THREADS", DEFAULT_THREADS),
        central_bank_url=env.str("CENTRAL_BANK_URL", "", validate=is_safe),
        allows_plain_http=allows_plain_http,
        webhooks_to_private_addresses=env.bool("WEBHOOKS_TO_PRIVATE_ADDRESSES", False),
        trusted_proxies=env.proxies(),
    )
    env.done()
    return settings


def _check_outside(url: str, *, allows_plain_http: bool) -> None:
    if not url:
        return
    # Here, not above: who fetches nothing starts without an HTTP client.
    from services.partner_postback.outside.fetching import (  # noqa: PLC0415
        UnsafeAddress,
        check_address,
    )

    try:
        check_address(url, "address", allows_plain_http=allows_plain_http, allows_query=True)
    except UnsafeAddress as fault:
        raise ValidationError(str(fault)) from None
