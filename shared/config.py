"""Settings come from the environment, once, at start; all that is wrong is listed together."""

import ipaddress
import os
from collections.abc import Mapping

from environs import EnvValidationError, FileAwareEnv
from marshmallow import ValidationError

KEY_BYTES = 32


class WrongSettings(Exception):
    """The environment does not say what the service needs; the message lists every fault."""

    def __init__(self, faults: Mapping[str, list[str]]) -> None:
        """Keep the faults by setting name."""
        self.faults = dict(faults)
        lines = [f"  {name}: {' '.join(said)}" for name, said in sorted(faults.items())]
        super().__init__("These settings are missing or wrong:\n" + "\n".join(lines))


class Environment(FileAwareEnv):
    """Reads settings; a secret NAME may come as NAME_FILE. Finish with `done()`."""

    def __init__(self) -> None:
        """Collect faults instead of stopping at the first one."""
        super().__init__(eager=False, strip_whitespace=True)

    def keys_of(self, name: str) -> list[bytes]:
        """Read a comma list of hex keys of 32 bytes, newest first."""
        texts: list[str] | None = self.list(name, validate=_are_keys)
        return [_key(text) for text in texts or ()]

    def proxies(self) -> tuple[str, ...]:
        """Read TRUSTED_PROXIES: addresses or networks, 10.0.0.0/8, of what stands before us."""
        return tuple(
            self.list("TRUSTED_PROXIES", [], subcast=str.strip, validate=_are_networks) or ()
        )

    def done(self) -> None:
        """End the reading; raises WrongSettings with every fault at once."""
        try:
            self.seal()
        except EnvValidationError as fault:
            faults = fault.error_messages
            assert isinstance(faults, dict)
            raise WrongSettings(faults) from None


def log_level() -> str:
    """Answer how much every process tells: known before any service reads its settings."""
    return os.environ.get("LOG_LEVEL", "INFO")


def environment() -> Environment:
    """Answer a fresh reader of the process environment."""
    return Environment()


def _key(text: str) -> bytes:
    return bytes.fromhex(text.strip())


def _are_keys(texts: list[str]) -> None:
    for text in texts:
        try:
            fits = len(_key(text)) == KEY_BYTES
        except ValueError:
            fits = False
        if not fits:
            message = f"Each key is {KEY_BYTES * 2} hexadecimal digits."
            raise ValidationError(message)


def _are_networks(texts: list[str]) -> None:
    for text in texts:
        try:
            ipaddress.ip_network(text)
        except ValueError as fault:
            raise ValidationError(str(fault)) from None
