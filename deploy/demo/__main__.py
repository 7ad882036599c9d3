"""`make demo`: start everything afresh, tell the story, stay up until Ctrl-C.

It has a folder of its own, beside that of `cashback stack up`: the stack somebody works with, and
its data, are left alone.
"""

import signal
import sys
import threading
from pathlib import Path

import click

from deploy import target
from deploy.cli import pages
from deploy.demo import cast, story
from deploy.demo.narrator import Narrator
from deploy.local import locks, stack, state
from deploy.local.process import CannotStart
from deploy.prepare import NotImported
from deploy.target import Target


@click.command()
@click.option("--once", is_flag=True, help="Stop everything after the story; exit 0 if all held.")
@click.option("--running", is_flag=True, help="Tell it on a system that runs already (compose).")
def demo(*, once: bool, running: bool) -> None:
    """Tell the story of one bonus, from click to payout, by really doing it."""
    # A plain kill must end as Ctrl-C does, with everything stopped that was started; and a shell
    # starts background jobs with Ctrl-C ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    narrator = Narrator()
    if running:
        sys.exit(0 if _tell(target.find(), narrator) else 1)
    try:
        with locks.one_demo(folder := target.demo_folder()):
            held = _from_start_to_end(folder, narrator, once=once)
    except locks.DemoRuns as fault:
        click.echo(f"Error: {fault}", err=True)
        held = False
    sys.exit(0 if held else 1)


def _from_start_to_end(folder: Path, narrator: Narrator, *, once: bool) -> bool:
    held = False
    try:
        held = _start_and_tell(folder, narrator)
        if not once:
            _stay_up(folder, narrator)
    except KeyboardInterrupt:
        narrator.tell("")
    except (CannotStart, NotImported) as fault:
        narrator.broken.append(str(fault))
        narrator.verdict()
    finally:
        stack.down(folder, narrator.tell)
    return held


def _start_and_tell(folder: Path, narrator: Narrator) -> bool:
    narrator.chapter("Starting real servers and every service as a process of its own")
    status = stack.up(folder, narrator.tell, fresh=True)
    held = _tell(target.from_status(status), narrator)
    for name in state.down(folder):
        held = False
        narrator.tell(f"[red]{name} has ended[/]: {folder / 'logs' / f'{name}.log'}")
    return held


def _tell(system: Target, narrator: Narrator) -> bool:
    members = system.demo.get("members") or cast.make_members(system)
    return story.tell(system, narrator, members=list(members))


def _stay_up(folder: Path, narrator: Narrator) -> None:
    status = state.refresh(folder)
    assert status is not None
    narrator.chapter("It stays up until Ctrl-C")
    pages.show(target.from_status(status), narrator.console)
    narrator.tell(f"`cashback` talks to it (beside another stack: CASHBACK_STACK={folder})")
    threading.Event().wait()


if __name__ == "__main__":
    demo()
