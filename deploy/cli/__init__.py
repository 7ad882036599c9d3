"""The command line `cashback`: for clerks, developers and scripts.

Every command talks to the services over HTTP with the operator's key; only `verify` and `compare`
read the databases, and `rebuild` starts a process of the service.
The exit codes are the same everywhere; the end of each --help names them.
"""

import sys
from importlib.metadata import PackageNotFoundError, version

import click

from deploy.cli import (
    cases,
    certificates,
    claims,
    clerks,
    codes,
    compare,
    corrections,
    events,
    exposure,
    held,
    messages,
    parked,
    partners,
    payout,
    postbacks,
    proof,
    rates,
    reaching,
    rebuild,
    reconcile,
    rules,
    salons,
    stack,
    verify,
)
from deploy.cli.asking import NOT_REACHED
from deploy.local.process import CannotStart
from deploy.prepare import NotImported

_EXIT_CODES = (
    "Exit codes: 0 fine, 1 a check is false or something was refused, 2 wrong arguments,"
    " 3 not reachable."
)


def _version() -> str:
    try:
        return version("cashback")
    except PackageNotFoundError:
        return "not installed as a package"  # an image holds the code alone


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(_version(), message="%(prog)s %(version)s")
def cashback() -> None:
    """Run and look after the cashback programme.

    The system is the one that `cashback stack up` started here or, while only a demo runs, the
    demo's; CASHBACK_STACK names another folder.
    """


for group in (
    stack.stack,
    payout.payout,
    cases.cases,
    messages.messages,
    partners.partners,
    postbacks.postbacks,
    held.held,
    claims.claims,
    corrections.corrections,
    rules.rules,
    codes.codes,
    salons.salons,
    clerks.clerks,
    certificates.certificates,
    rates.rates,
    parked.parked,
    events.events,
    proof.proof,
):
    cashback.add_command(group)
for command in (
    claims.alarms,
    exposure.exposure,
    reconcile.reconcile,
    salons.liability,
    rebuild.rebuild,
    compare.compare,
    verify.verify,
):
    cashback.add_command(command)


def _name_exit_codes(command: click.Command) -> None:
    command.epilog = _EXIT_CODES
    if isinstance(command, click.Group):
        for one in command.commands.values():
            _name_exit_codes(one)


_name_exit_codes(cashback)


def main() -> None:
    """Run the command that the arguments name."""
    try:
        cashback(prog_name="cashback")
    except reaching.NOBODY_ANSWERS as fault:
        click.echo(f"Error: {reaching.sentence(fault)}", err=True)
        sys.exit(NOT_REACHED)
    except (CannotStart, NotImported) as fault:
        click.echo(f"Error: {fault}", err=True)
        sys.exit(1)
