"""Settings of click_tracking, read from the environment once; every fault is told at start."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from marshmallow.validate import OneOf, Range

from shared.config import environment


class WhenBroken(StrEnum):
    """What a click gets while the disk refuses the journal.

    REFUSE: 503, so that every answered click is in the journal. REDIRECT: the redirect all the
    same; the click id still proves the click, but its record is lost.
    """

    REFUSE = "refuse"
    REDIRECT = "redirect"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the processes of click_tracking need to know."""

    app_env: str
    kafka_bootstrap: str
    listen_host: str
    listen_port: int
    monitor_port: int
    operator_key: str
    service_key: str
    session_keys: tuple[bytes, ...]
    click_keys: tuple[bytes, ...]
    account_url: str
    journal_dir: Path
    journal_keep_days: int
    journal_segment_bytes: int
    journal_segment_seconds: float
    when_broken: WhenBroken


def from_environment() -> Settings:
    """Read the settings; raises WrongSettings."""
    env = environment()
    when_broken = env.str("JOURNAL_WHEN_BROKEN", "refuse", validate=OneOf(list(WhenBroken)))
    settings = Settings(
        app_env=env.str("APP_ENV", "local", validate=OneOf(["local", "production"])),
        kafka_bootstrap=env.str("KAFKA_BOOTSTRAP"),
        listen_host=env.str("LISTEN_HOST", "127.0.0.1"),
        listen_port=env.int("LISTEN_PORT", 8101),
        monitor_port=env.int("MONITOR_PORT", 0),
        operator_key=env.str("OPERATOR_KEY"),
        service_key=env.str("SERVICE_KEY"),
        session_keys=tuple(env.keys_of("SESSION_KEYS")),
        click_keys=tuple(env.keys_of("CLICK_KEYS")),
        account_url=env.str("ACCOUNT_URL"),
        journal_dir=env.path("JOURNAL_DIR"),
        journal_keep_days=env.int("JOURNAL_KEEP_DAYS", 35, validate=Range(min=1)),
        journal_segment_bytes=env.int("JOURNAL_SEGMENT_BYTES", 16 * 2**20, validate=Range(min=1)),
        journal_segment_seconds=env.float(
            "JOURNAL_SEGMENT_SECONDS", 600.0, validate=Range(min=0.1)
        ),
        when_broken=WhenBroken(when_broken or WhenBroken.REFUSE),
    )
    env.done()
    return settings
