"""The settings of bonus_status, read from the environment once; every fault is told at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.config import environment

# Of the web process; each has a connection of its own.
WEB_THREADS = 4


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
    session_keys: Sequence[bytes]
    proof_keys: Sequence[bytes]
    partner_postback_url: str
    payout_url: str
    instance: str


def read_settings() -> Settings:
    """Read the environment; raises WrongSettings."""
    env = environment()
    settings = Settings(
        database_url=env.str("DATABASE_URL"),
        kafka_bootstrap=env.str("KAFKA_BOOTSTRAP"),
        listen_host=env.str("LISTEN_HOST", "127.0.0.1"),
        listen_port=env.int("LISTEN_PORT", 8103),
        monitor_port=env.int("MONITOR_PORT", 0),
        operator_key=env.str("OPERATOR_KEY"),
        service_key=env.str("SERVICE_KEY"),
        session_keys=env.keys_of("SESSION_KEYS"),
        proof_keys=env.keys_of("PROOF_KEYS"),
        partner_postback_url=env.str("PARTNER_POSTBACK_URL"),
        payout_url=env.str("PAYOUT_URL"),
        instance=env.str("INSTANCE", "0"),
    )
    env.done()
    return settings


@dataclass(frozen=True, slots=True)
class RebuildSettings:
    """What a rebuild needs to know: where to read, and into which schema to build."""

    database_url: str
    operator_key: str
    urls: Mapping[str, str]
    schema: str
    rules_file: str
    begins_anew: bool


def read_rebuild_settings() -> RebuildSettings:
    """Read the environment; raises WrongSettings."""
    env = environment()
    settings = RebuildSettings(
        database_url=env.str("DATABASE_URL"),
        operator_key=env.str("OPERATOR_KEY"),
        urls={
            "catalog": env.str("CATALOG_URL"),
            "members": env.str("MEMBERS_URL"),
            "partner_postback": env.str("PARTNER_POSTBACK_URL"),
            "payout": env.str("PAYOUT_URL"),
        },
        schema=env.str("REBUILD_INTO"),
        rules_file=env.str("REBUILD_RULES", ""),
        begins_anew=env.bool("REBUILD_AGAIN", False),
    )
    env.done()
    return settings
