"""Settings of payout, read from the environment once; all faults are told together at start."""

from dataclasses import dataclass
from datetime import timedelta

from marshmallow.validate import OneOf, Range

from services.payout.domain import TopUpLimits
from shared.config import Environment, environment


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an executor waits for what.

    `lease`: longer than any call takes, so that what is still `sending` after it was left behind.
    `settling`: how long the operator may take to know of a top-up; only then does "never heard of
    it" mean "not done". `give_up`: an outcome unknown for so long is a clerk's.
    """

    lease: timedelta
    settling: timedelta
    give_up: timedelta
    first: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Reconciling:
    """When the operator's daily file is fetched (Moscow), and what becomes of a difference."""

    hour: int
    every: timedelta
    case_owner: str
    case_time: timedelta


@dataclass(frozen=True, slots=True)
class Settings:
    """What the processes of payout need to know."""

    app_env: str
    database_url: str
    kafka_bootstrap: str
    listen_host: str
    listen_port: int
    monitor_port: int
    operator_key: str
    service_key: str
    session_keys: tuple[bytes, ...]
    certificate_keys: tuple[bytes, ...]
    manifest_keys: tuple[bytes, ...]
    members_url: str
    billing_url: str
    top_up_limits: TopUpLimits
    release_below: int
    executors: int
    run_grace: timedelta
    reversals_every: timedelta
    patience: Patience
    reconciling: Reconciling


def from_environment() -> Settings:
    """Read the settings; raises WrongSettings."""
    env = environment()
    settings = Settings(
        app_env=env.str("APP_ENV", "local", validate=OneOf(["local", "production"])),
        database_url=env.str("DATABASE_URL"),
        kafka_bootstrap=env.str("KAFKA_BOOTSTRAP"),
        listen_host=env.str("LISTEN_HOST", "127.0.0.1"),
        listen_port=env.int("LISTEN_PORT", 8104),
        monitor_port=env.int("MONITOR_PORT", 0),
        operator_key=env.str("OPERATOR_KEY"),
        service_key=env.str("SERVICE_KEY"),
        session_keys=tuple(env.keys_of("SESSION_KEYS")),
        certificate_keys=tuple(env.keys_of("CERTIFICATE_KEYS")),
        manifest_keys=tuple(env.keys_of("MANIFEST_KEYS")),
        members_url=env.str("MEMBERS_URL"),
        billing_url=env.str("OPERATOR_BILLING_URL"),
        top_up_limits=TopUpLimits(
            smallest=env.int("SMALLEST_TOP_UP_RUBLES", 1, validate=Range(min=1)),
            largest=env.int("LARGEST_TOP_UP_RUBLES", 100_000, validate=Range(min=1)),
        ),
        release_below=env.int("RELEASE_BELOW_RUBLES", 0, validate=Range(min=0)),
        executors=env.int("EXECUTORS", 4, validate=Range(1, 64)),
        run_grace=_seconds(env, "RUN_GRACE_SECONDS", 2),
        reversals_every=_seconds(env, "REVERSALS_EVERY_SECONDS", 5),
        patience=Patience(
            lease=_seconds(env, "LEASE_SECONDS", 60),
            settling=_seconds(env, "SETTLING_SECONDS", 30),
            give_up=_seconds(env, "GIVE_UP_SECONDS", 86_400),
            first=_seconds(env, "FIRST_PAUSE_SECONDS", 1),
            longest=_seconds(env, "LONGEST_PAUSE_SECONDS", 300),
        ),
        reconciling=Reconciling(
            hour=env.int("RECONCILE_HOUR", 6, validate=Range(0, 23)),
            every=_seconds(env, "RECONCILE_EVERY_SECONDS", 300),
            case_owner=env.str("CASE_OWNER", "payouts"),
            case_time=timedelta(days=env.int("CASE_DAYS", 5, validate=Range(1, 365)) or 0),
        ),
    )
    env.done()
    return settings


def _seconds(env: Environment, name: str, default: float) -> timedelta:
    # A fault is kept by `env` and told at the end; until then the value may be missing.
    return timedelta(seconds=env.float(name, default, validate=Range(0, 604_800)) or 0)
