"""The system that the tools talk to: its addresses and keys.

They come from the file that `cashback stack up` wrote, or, where somebody else started the system
(docker compose), from the same environment variables that the services read.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.local import state
from deploy.local.processes import SANDBOX, SERVICES
from shared.http_client import HttpClient

_REPOSITORY = Path(__file__).parents[1]


class NoTarget(Exception):
    """Nothing says where the system is."""

    def __init__(self, looked_at: Path) -> None:
        """Say what was looked for, and what to do."""
        super().__init__(
            f"No running stack: {looked_at} is not there. Start one (cashback stack up), or name"
            " its folder in CASHBACK_STACK, or set CATALOG_URL and the services' other settings."
        )


@dataclass(frozen=True, slots=True)
class Target:
    """One running system."""

    urls: Mapping[str, str]
    operator_key: str
    service_key: str
    auditor_dsn: str
    kafka_bootstrap: str
    demo: Mapping[str, Any] = field(default_factory=dict)

    def clerk(self, service: str) -> HttpClient:
        """Answer a client of a service that asks with the operator's key."""
        return HttpClient(self.urls[service], bearer=self.operator_key)


def folder() -> Path:
    """Answer the folder of the stack to talk to: CASHBACK_STACK, or what runs on this machine.

    That is the developer's own stack; while only a demo runs, it is the demo's.
    """
    if named := os.environ.get("CASHBACK_STACK"):
        return Path(named)
    own, demo = _own_folder(), demo_folder()
    return demo if state.anything_runs(demo) and not state.anything_runs(own) else own


def demo_folder() -> Path:
    """Answer where `make demo` keeps a stack of its own: beside that of the developer."""
    own = _own_folder().resolve()
    return own.with_name(f"{own.name}-demo")


def _own_folder() -> Path:
    return Path(os.environ.get("CASHBACK_STACK") or _REPOSITORY / ".stack")


def find() -> Target:
    """Answer the system to talk to; raises NoTarget."""
    status = folder() / state.STATUS_FILE
    if status.exists():
        return from_status(json.loads(status.read_text()))
    if os.environ.get("CATALOG_URL"):
        return _from_environment(os.environ)
    raise NoTarget(status)


def from_status(status: Mapping[str, Any]) -> Target:
    """Read what `cashback stack status --json` prints."""
    return Target(
        urls={name: one["url"] for name, one in (status["services"] | status["sandbox"]).items()},
        operator_key=status["keys"]["operator"],
        service_key=status["keys"]["service"],
        auditor_dsn=status["servers"]["postgres"]["auditor_dsn"],
        kafka_bootstrap=status["servers"]["kafka"]["bootstrap"],
        demo=status["demo"],
    )


def _from_environment(settings: Mapping[str, str]) -> Target:
    return Target(
        urls={name: settings[f"{name.upper()}_URL"] for name in (*SERVICES, *SANDBOX)},
        operator_key=settings["OPERATOR_KEY"],
        service_key=settings["SERVICE_KEY"],
        auditor_dsn=settings["AUDITOR_DATABASE_URL"],
        kafka_bootstrap=settings["KAFKA_BOOTSTRAP"],
        demo={"members": [], "partners": _partners(settings.get("PARTNERS_FILE"))},
    )


def _partners(file: str | None) -> list[dict[str, Any]]:
    """Read the partners that the sandbox's shops sign for."""
    return list(json.loads(Path(file).read_text())) if file and Path(file).exists() else []
