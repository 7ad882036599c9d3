"""The command line `cashback`: for clerks, developers and scripts.

Every command talks to the services over HTTP with the operator's key; only `verify` reads the
databases.
Exit codes: 0 done, 1 it ran and the answer is bad news, 2 wrong use, 3 no system to talk to.
"""

import sys

import click

from deploy.cli import events, messages, parked, payout, postbacks, stack, verify
from deploy.cli.asking import NOT_REACHED
from deploy.local.process import CannotStart
from deploy.prepare import NotImported
from deploy.target import NoTarget
from shared.http_client import CallFailed


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cashback() -> None:
    """Run and look after the cashback programme.

    The system is the one that `cashback stack up` started here; CASHBACK_STACK names another
    folder.
    """


for group in (
    stack.stack,
    payout.payout,
    messages.messages,
    postbacks.postbacks,
    parked.parked,
    events.events,
):
    cashback.add_command(group)
cashback.add_command(verify.verify)


def main() -> None:
    """Run the command that the arguments name."""
    try:
        cashback(prog_name="cashback")
    except (NoTarget, CallFailed) as fault:
        click.echo(f"Error: {fault}", err=True)
        sys.exit(NOT_REACHED)
    except (CannotStart, NotImported) as fault:
        click.echo(f"Error: {fault}", err=True)
        sys.exit(1)
