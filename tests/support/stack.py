"""The whole system for a test, and the means to break it: kill -9 of a process, and a new start.

It always runs on servers of its own, local processes, whatever the other tests use: a journey must
not meet what they left behind.
"""

import signal
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from deploy.demo import cast
from deploy.demo.actors import Clerk
from deploy.demo.month import next_month
from deploy.local import process, settings, stack, state
from deploy.local.ports import BLOCK
from deploy.local.processes import PROCESSES
from deploy.local.settings import Settings
from deploy.target import Target, from_status
from tests.support.ports import free_ports
from tests.support.servers import without_fsync
from tests.support.waiting import eventually


@dataclass
class RunningStack:
    """One running system."""

    folder: Path
    system: Target
    months: list[str] = field(default_factory=list)

    def new_members(self) -> list[dict[str, str]]:
        """Register three more members, for a story of their own."""
        return cast.make_members(self.system)

    def new_month(self) -> str:
        """Answer a month that no test has run yet: a month is run once."""
        last = self.months[-1] if self.months else None
        moment = datetime.fromisoformat(f"{last}-15T12:00:00Z") if last else datetime.now(UTC)
        self.months.append(next_month(moment))
        return self.months[-1]

    def run_month(self, month: str) -> None:
        """Run a month by two clerks, as `cashback payout run` and `release` do."""
        clerk = Clerk(self.system)
        clerk.begins_run(month)
        eventually(lambda: (clerk.run_of(month) or {}).get("state") == "planned")
        plan_hash = clerk.review_of(month)["plan_hash"]
        clerk.release_run(month, "boris", plan_hash).raise_for_status()

    def kill(self, name: str) -> None:
        """End a process as a crash would."""
        process.kill(state.processes(self.folder)[name])

    def start(self, name: str) -> None:
        """Start a process again, and wait until it is ready."""
        one = next(process for process in PROCESSES if process.name == name)
        stack.start_process(self.settings(), one)

    def restart(self, server: str) -> None:
        """End a server without letting it tidy up, and start it again."""
        running = state.processes(self.folder)[server]
        # Killed outright, PostgreSQL's children would outlive it for a while, and bar the next one.
        by = signal.SIGQUIT if server == "postgres" else signal.SIGKILL
        process.stop(running, by=by)
        stack.up(self.folder, _silent)

    def settings(self) -> Settings:
        """Answer what it was started with."""
        known = settings.load(self.folder)
        assert known is not None
        return known


def _silent(_words: str) -> None:
    pass


def start_stack(folder: Path, cleanup: ExitStack) -> RunningStack:
    """Start it; it is stopped with everything in it when `cleanup` is closed."""
    said: list[str] = []
    cleanup.callback(stack.down, folder, said.append)
    status = stack.up(folder, said.append, first_port=free_ports(BLOCK)[0])
    running = RunningStack(folder, from_status(status))
    without_fsync(running.settings().admin_dsn)
    return running
