"""`make demo`: start everything afresh, tell the story, stay up until Ctrl-C."""

import signal
import sys
import threading

import click

from deploy import target
from deploy.demo import cast, story
from deploy.demo.narrator import Narrator
from deploy.local import stack, state
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
    held = False
    try:
        held = _start_and_tell(narrator)
        if not once:
            _stay_up(narrator)
    except KeyboardInterrupt:
        narrator.tell("")
    except (CannotStart, NotImported) as fault:
        narrator.broken.append(str(fault))
        narrator.verdict()
    finally:
        stack.down(target.folder(), narrator.tell)
    sys.exit(0 if held else 1)


def _start_and_tell(narrator: Narrator) -> bool:
    narrator.chapter("Starting real servers and every service as a process of its own")
    status = stack.up(target.folder(), narrator.tell, fresh=True)
    held = _tell(target.from_status(status), narrator)
    for name in state.down(target.folder()):
        held = False
        narrator.tell(f"[red]{name} has ended[/]: {target.folder() / 'logs' / f'{name}.log'}")
    return held


def _tell(system: Target, narrator: Narrator) -> bool:
    members = system.demo.get("members") or cast.make_members(system)
    return story.tell(system, narrator, members=list(members))


def _stay_up(narrator: Narrator) -> None:
    system = target.find()
    narrator.chapter("It stays up until Ctrl-C; open")
    rows = [
        ("the shop window", system.urls["catalog"]),
        ("signed in as member 1 (once)", system.demo["members"][0]["sign_in_url"]),
        ("the phones' SMS", system.urls["gateway"]),
        ("the operator's billing", system.urls["operator_billing"]),
        ("the shop's desk: orders, returns", f"{system.urls['partner_shop']}/orders"),
    ]
    narrator.table("", ("page", "address"), rows)
    threading.Event().wait()


if __name__ == "__main__":
    demo()
