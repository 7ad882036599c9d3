"""Settings of the catalogue, read from the environment once; every fault is told at start."""

from dataclasses import dataclass

from marshmallow.validate import URL, OneOf

from shared.config import environment

# Addresses of this programme, on any host that a stack may use.
_ADDRESS = URL(schemes={"http", "https"}, require_tld=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the processes of the catalogue need to know."""

    app_env: str
    database_url: str
    kafka_bootstrap: str
    listen_host: str
    listen_port: int
    monitor_port: int
    operator_key: str
    service_key: str
    click_tracking_url: str
    partner_shop_url: str


def from_environment() -> Settings:
    """Read the settings; raises WrongSettings."""
    env = environment()
    settings = Settings(
        app_env=env.str("APP_ENV", "local", validate=OneOf(["local", "production"])),
        database_url=env.str("DATABASE_URL"),
        kafka_bootstrap=env.str("KAFKA_BOOTSTRAP"),
        listen_host=env.str("LISTEN_HOST", "127.0.0.1"),
        listen_port=env.int("LISTEN_PORT", 8100),
        monitor_port=env.int("MONITOR_PORT", 0),
        operator_key=env.str("OPERATOR_KEY"),
        service_key=env.str("SERVICE_KEY"),
        click_tracking_url=env.str("CLICK_TRACKING_URL", validate=_ADDRESS),
        # Where the demo plays all the stores; real catalog files name real addresses.
        partner_shop_url=env.str("PARTNER_SHOP_URL", "http://127.0.0.1:8112", validate=_ADDRESS),
    )
    env.done()
    return settings
