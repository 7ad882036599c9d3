"""What runs in a stack, kept in its folder: `stack.json` for scripts, the rest for ourselves."""

import json
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from deploy import databases
from deploy.local import process, settings
from deploy.local.process import Running
from deploy.local.processes import PROCESSES, SANDBOX, SERVERS, SERVICES
from deploy.local.settings import Settings, write_private

STATUS_FILE = "stack.json"
_PROCESSES_FILE = "processes.json"
_DEMO_FILE = "demo.json"
_one_note_at_a_time = threading.Lock()


def refresh(folder: Path) -> dict[str, Any] | None:
    """Look again at what runs, and answer the status; None where no stack was made."""
    known = settings.load(folder)
    return keep_status(known) if known else None


def down(folder: Path) -> list[str]:
    """Name the processes of the stack that do not run."""
    known = processes(folder)
    wanted = (*SERVERS, *(one.name for one in PROCESSES))
    return [name for name in wanted if name not in known or not process.alive(known[name])]


def anything_runs(folder: Path) -> bool:
    """Say whether any process of the stack runs."""
    return any(process.alive(one) for one in processes(folder).values())


def processes(folder: Path) -> dict[str, Running]:
    """Answer the processes that the stack started, alive or not, by name."""
    file = folder / _PROCESSES_FILE
    known = json.loads(file.read_text()) if file.exists() else []
    return {one["name"]: Running(**one) for one in known}


def keep_process(folder: Path, running: Running) -> None:
    """Note a process, besides those that are noted already."""
    with _one_note_at_a_time:
        known = processes(folder) | {running.name: running}
        write_private(folder / _PROCESSES_FILE, json.dumps([asdict(one) for one in known.values()]))


def demo(folder: Path) -> dict[str, Any] | None:
    """Answer the members and partners that were made for the demo, if they were."""
    file = folder / _DEMO_FILE
    return json.loads(file.read_text()) if file.exists() else None


def keep_demo(folder: Path, made: dict[str, Any]) -> None:
    """Note the members and partners of the demo."""
    write_private(folder / _DEMO_FILE, json.dumps(made, indent=2))


def keep_status(settings: Settings) -> dict[str, Any]:
    """Write down, and answer, where everything is and which processes it is made of."""
    status = _status(settings)
    write_private(settings.folder / STATUS_FILE, json.dumps(status, indent=2))
    return status


def _status(settings: Settings) -> dict[str, Any]:
    pids = {name: _family(one) for name, one in processes(settings.folder).items()}
    return {
        "services": {
            service: {
                "url": settings.url(service),
                "pids": _pids_of(service, pids),
                "processes": _alive(service, pids),
            }
            for service in SERVICES
        },
        "sandbox": {
            name: {"url": settings.url(name), "pids": pids.get(f"sandbox.{name}", [])}
            for name in SANDBOX
        },
        "servers": {
            "postgres": {
                "dsn": f"{settings.admin_dsn.rsplit('/', 1)[0]}/{databases.DATABASE}",
                "auditor_dsn": settings.dsn("auditor"),
                "pids": pids.get("postgres", []),
            },
            "redis": {"url": settings.redis_url, "pids": pids.get("redis", [])},
            "kafka": {"bootstrap": settings.kafka_bootstrap, "pids": pids.get("kafka", [])},
        },
        "keys": {name: settings.keys[name] for name in ("operator", "service")},
        "demo": demo(settings.folder) or {"members": [], "partners": []},
    }


def _pids_of(service: str, pids: dict[str, list[int]]) -> list[int]:
    return [pid for family in _alive(service, pids).values() for pid in family]


def _alive(service: str, pids: dict[str, list[int]]) -> dict[str, list[int]]:
    """Answer role → pids of a service; a role that is down has none."""
    return {one.role: pids.get(one.name, []) for one in PROCESSES if one.service == service}


def _family(running: Running) -> list[int]:
    """Answer the pid of a process and of its children (a web server's worker)."""
    if not process.alive(running):
        return []
    try:
        children = psutil.Process(running.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    return [running.pid, *(child.pid for child in children)]
