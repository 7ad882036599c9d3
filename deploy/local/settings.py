"""The settings of one local stack: random keys made once, ports chosen at each start.

They lie in the stack's folder, readable by its owner alone, and become the environment of every
process: the services read them the same way as in any other place where they run.
"""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy import databases
from deploy.local import postgres, redis
from deploy.local.processes import SANDBOX, SERVICES, Process

FILE = "settings.json"
_KEY_NAMES = ("operator", "service")
_SECRET_KEYS = (
    "session",
    "click",
    "certificate",
    "proof",
    "manifest",
    "operator_callback",
    "site",
    "clerk",
)


@dataclass(frozen=True, slots=True)
class Settings:
    """Where everything is, and every secret of this stack."""

    folder: Path
    ports: Mapping[str, int]
    passwords: Mapping[str, str]
    keys: Mapping[str, str]

    def url(self, name: str) -> str:
        """Answer the address of a service or of a part of the sandbox."""
        return f"http://127.0.0.1:{self.ports[name]}"

    @property
    def admin_dsn(self) -> str:
        """Name PostgreSQL as its superuser."""
        return postgres.dsn(self.ports["postgres"], self.passwords["postgres"])

    @property
    def kafka_bootstrap(self) -> str:
        """Name Kafka."""
        return f"127.0.0.1:{self.ports['kafka']}"

    @property
    def redis_url(self) -> str:
        """Name Redis."""
        return redis.url(self.ports["redis"])

    def dsn(self, role: str) -> str:
        """Name the database as one of its roles."""
        return databases.as_role(self.admin_dsn, databases.DATABASE, role, self.passwords[role])


def make(folder: Path, ports: Mapping[str, int]) -> Settings:
    """Make the settings of a new stack; its keys and passwords are random."""
    passwords = {role: _password() for role in ("postgres", *databases.ROLES)}
    keys = {name: secrets.token_urlsafe(32) for name in _KEY_NAMES}
    keys |= {name: secrets.token_hex(32) for name in _SECRET_KEYS}
    return Settings(folder, ports, passwords, keys)


def load(folder: Path) -> Settings | None:
    """Answer the settings of the stack in that folder, if there is one."""
    file = folder / FILE
    if not file.exists():
        return None
    kept = json.loads(file.read_text())
    new_keys = set(_SECRET_KEYS) - kept["keys"].keys()
    new_roles = set(databases.ROLES) - kept["passwords"].keys()
    if new_keys or new_roles:
        # A stack of before such a key or role was needed: it gets its own now, and keeps it.
        kept["keys"] |= {name: secrets.token_hex(32) for name in new_keys}
        kept["passwords"] |= {role: _password() for role in new_roles}
        write_private(file, json.dumps(kept, indent=2))
    return Settings(folder=folder, **kept)


def _password() -> str:
    return secrets.token_urlsafe(24)


def save(settings: Settings) -> None:
    """Keep the settings beside the stack's data, for its owner alone."""
    kept = {
        "ports": dict(settings.ports),
        "passwords": dict(settings.passwords),
        "keys": dict(settings.keys),
    }
    write_private(settings.folder / FILE, json.dumps(kept, indent=2))


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner can read; it is never half written."""
    part = file.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as output:
        output.write(text)
    part.replace(file)


def environment(settings: Settings, process: Process) -> dict[str, str]:
    """Build the environment of one process: the machine's own, and every setting of the stack."""
    port = str(settings.ports[process.port_name])
    urls = {f"{name.upper()}_URL": settings.url(name) for name in (*SERVICES, *SANDBOX)}
    database = {}
    if process.service in databases.OWNERS:
        database["DATABASE_URL"] = settings.dsn(process.service)
    return {
        **os.environ,
        **urls,
        **database,
        "APP_ENV": "local",
        "LISTEN_HOST": "127.0.0.1",
        "LISTEN_PORT": port if process.serves else "0",
        "MONITOR_PORT": "0" if process.serves else port,
        "REDIS_URL": settings.redis_url,
        "KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
        "OPERATOR_KEY": settings.keys["operator"],
        "SERVICE_KEY": settings.keys["service"],
        "SESSION_KEYS": settings.keys["session"],
        "CLICK_KEYS": settings.keys["click"],
        "CERTIFICATE_KEYS": settings.keys["certificate"],
        "PROOF_KEYS": settings.keys["proof"],
        "SITE_KEYS": settings.keys["site"],
        "MANIFEST_KEYS": settings.keys["manifest"],
        "CLERK_KEYS": settings.keys["clerk"],
        "OPERATOR_CALLBACK_KEYS": settings.keys["operator_callback"],
        "OPERATOR_CALLBACK_URL": f"{settings.url('payout')}/operator/callbacks",
        "JOURNAL_DIR": str(settings.folder / "journal"),
        "SANDBOX_DIR": str(settings.folder / "sandbox"),
        "PARTNERS_FILE": str(settings.folder / "partners.json"),
        # The stand-ins speak plain HTTP, on this machine alone.
        "ALLOWS_PLAIN_HTTP": "true",
        "CENTRAL_BANK_URL": f"{settings.url('networks')}/central-bank/XML_daily",
        # The sandbox knows of a top-up at once; a killed executor's payouts need not wait a minute.
        "SETTLING_SECONDS": "2",
        "LEASE_SECONDS": "15",
        # Here partners' servers are on this machine, too.
        "WEBHOOKS_TO_PRIVATE_ADDRESSES": "1",
        "PYTHONUNBUFFERED": "1",
    }
