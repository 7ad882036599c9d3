"""Settings of the sandbox, read from the environment once, by each of its processes."""

from dataclasses import dataclass
from pathlib import Path

from shared.config import environment


@dataclass(frozen=True, slots=True)
class Settings:
    """Where a part of the sandbox listens, where it keeps its files, and whom it reports to."""

    folder: Path
    listen_host: str
    listen_port: int
    partners_file: Path
    partner_postback_url: str
    operator_callback_url: str
    operator_callback_keys: tuple[bytes, ...]
    log_level: str


def read(default_port: int = 0) -> Settings:
    """Read the environment; raises WrongSettings with every fault at once."""
    env = environment()
    callback_url = env.str("OPERATOR_CALLBACK_URL", "") or ""
    settings = Settings(
        folder=env.path("SANDBOX_DIR"),
        listen_host=env.str("LISTEN_HOST", "127.0.0.1"),
        listen_port=env.int("LISTEN_PORT", default_port),
        partners_file=env.path("PARTNERS_FILE", Path("partners.json")),
        partner_postback_url=env.str("PARTNER_POSTBACK_URL", "http://127.0.0.1:8102"),
        operator_callback_url=callback_url,
        # Only the billing signs, and only if it calls back.
        operator_callback_keys=tuple(env.keys_of("OPERATOR_CALLBACK_KEYS")) if callback_url else (),
        log_level=env.str("LOG_LEVEL", "INFO"),
    )
    env.done()
    return settings
