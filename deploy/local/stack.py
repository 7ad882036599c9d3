"""The whole system on this machine: servers, topics, schemas, every process, demo data.

`up` converges: it starts what does not run and leaves alone what does, so it also heals a stack in
which something was killed. Everything it keeps lies in one folder (`.stack`).
"""

import shutil
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import requests

from deploy.local import locks, ports, postgres, process, servers, settings, state
from deploy.local.process import Running
from deploy.local.processes import FIRST_PORT, PROCESSES, SERVERS, Process, wanted_ports
from deploy.local.ready import wait_ready
from deploy.local.seed import seed
from deploy.local.settings import Settings
from deploy.prepare import Say, import_catalog, prepare
from deploy.words import counted

REPOSITORY = Path(__file__).parents[2]
READY_SECONDS = 90
# Nobody should look at a silent terminal for longer.
_SAY_SECONDS = 2.0

T = TypeVar("T")


def up(
    folder: Path, say: Say, *, fresh: bool = False, first_port: int = FIRST_PORT
) -> dict[str, Any]:
    """Start whatever does not run yet; answer the status. `fresh` throws old data away first."""
    with locks.one_command(folder):
        if fresh:
            _stop(folder, say)
            _forget(folder)
        chosen = _settings(folder, first_port)
        _start_servers(chosen, say)
        _prepare(chosen, say)
        _start_processes(chosen, say)
        if state.demo(folder) is None:
            say("members and partners for the demo")
            state.keep_demo(folder, seed(chosen))
        return state.keep_status(chosen)


def down(folder: Path, say: Say) -> int:
    """Stop everything that the stack started, services first; answer how many processes."""
    with locks.one_command(folder):
        return _stop(folder, say)


def start_process(chosen: Settings, one: Process) -> Running:
    """Start one process and wait until it is ready; it is noted at once, `down` must find it."""
    running = process.start(
        one.name,
        [sys.executable, "-m", f"services.{one.service}", one.role],
        log=chosen.folder / "logs" / f"{one.name}.log",
        env=settings.environment(chosen, one),
        cwd=REPOSITORY,
    )
    state.keep_process(chosen.folder, running)
    url = f"http://127.0.0.1:{chosen.ports[one.port_name]}{one.health_path}"
    wait_ready(running, lambda: _is_ready(url), READY_SECONDS)
    return running


def _forget(folder: Path) -> None:
    postgres.forget(folder / "servers" / "postgres")
    for kept in folder.iterdir():
        if kept.is_dir():
            shutil.rmtree(kept)
        elif kept.name not in locks.FILES:
            kept.unlink()


def _stop(folder: Path, say: Say) -> int:
    known = state.processes(folder)
    running = {name: one for name, one in known.items() if process.alive(one)}
    own = [one for name, one in running.items() if name not in SERVERS]
    if own:
        say(f"stopping {counted(len(own), 'service process')}")
        _all_at_once(process.stop, own, lambda done: say(f"{done} of {len(own)} have stopped"))
    for name in SERVERS:
        if name in running:
            say(f"stopping {name}")
            postgres.stop(running[name]) if name == "postgres" else process.stop(running[name])
    return len(running)


def _settings(folder: Path, first_port: int) -> Settings:
    known = settings.load(folder)
    if known is None:
        chosen = settings.make(folder, ports.choose(wanted_ports, first_port))
    elif state.anything_runs(folder):
        chosen = known
    else:
        chosen = replace(known, ports=ports.choose(wanted_ports, first_port))
    settings.save(chosen)
    return chosen


def _start_servers(chosen: Settings, say: Say) -> None:
    known = state.processes(chosen.folder)
    alive = {name for name in SERVERS if name in known and process.alive(known[name])}
    if alive == set(SERVERS):
        return
    say("PostgreSQL, Redis and Kafka: some ten seconds")
    servers.start_missing(
        chosen.folder / "servers",
        servers.Ports(*(chosen.ports[name] for name in (*SERVERS, "controller"))),
        chosen.passwords["postgres"],
        note=lambda running: state.keep_process(chosen.folder, running),
        ready=lambda running: say(f"{running.name} answers"),
        alive=alive,
    )


def _prepare(chosen: Settings, say: Say) -> None:
    prepare(chosen.admin_dsn, chosen.passwords, chosen.kafka_bootstrap, say)
    if state.demo(chosen.folder) is None:
        say("the catalog's stores")
        import_catalog(settings.environment(chosen, Process("catalog", "web")))


def _start_processes(chosen: Settings, say: Say) -> None:
    known = state.processes(chosen.folder)
    missing = [
        one for one in PROCESSES if one.name not in known or not process.alive(known[one.name])
    ]
    if missing:
        say(counted(len(missing), "service process"))
        _all_at_once(
            lambda one: start_process(chosen, one),
            missing,
            lambda done: say(f"{done} of {len(missing)} answer"),
        )


def _all_at_once(
    work: Callable[[T], object], these: Sequence[T], tell: Callable[[int], None]
) -> None:
    """Do it to all at the same time; tell every other second for how many it is done."""
    with ThreadPoolExecutor(len(these)) as together:
        waiting: set[Future[object]] = {together.submit(work, one) for one in these}
        while waiting:
            done, waiting = wait(waiting, timeout=_SAY_SECONDS)
            for one in done:
                one.result()
            tell(len(these) - len(waiting))


def _is_ready(url: str) -> bool:
    try:
        return bool(requests.get(url, timeout=5).ok)
    except requests.RequestException:
        return False
