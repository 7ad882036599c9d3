"""The command line `cashback`: for clerks, developers and scripts.

Every command talks to the services over HTTP with the operator's key; only `verify` and `compare`
read the databases, and `rebuild` starts a process of the service.
The exit codes are the same everywhere; the end of each --help names them.
"""

import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

import click

from deploy.local.process import CannotStart
from deploy.prepare import NotImported

# Where each command is kept. One is loaded when it is asked for: together, and with what knows of
# databases and Kafka, they took a second, which a script with forty of them waits forty times.
_COMMANDS: Mapping[str, str] = {
    "alarms": "claims",
    "cases": "cases",
    "certificates": "certificates",
    "claims": "claims",
    "clerks": "clerks",
    "codes": "codes",
    "compare": "compare",
    "corrections": "corrections",
    "events": "events",
    "exposure": "exposure",
    "held": "held",
    "liability": "salons",
    "messages": "messages",
    "parked": "parked",
    "partners": "partners",
    "payout": "payout",
    "postbacks": "postbacks",
    "proof": "proof",
    "rates": "rates",
    "rebuild": "rebuild",
    "reconcile": "reconcile",
    "rules": "rules",
    "salons": "salons",
    "stack": "stack",
    "verify": "verify",
}
_EXIT_CODES = (
    "Exit codes: 0 fine, 1 a check is false or something was refused, 2 wrong arguments,"
    " 3 not reachable."
)


def _version() -> str:
    try:
        return version("cashback")
    except PackageNotFoundError:
        return "not installed as a package"  # an image holds the code alone


class Commands(click.Group):
    """Finds a command by its name, and loads it then."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name them all."""
        del ctx
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one; None where there is no such command."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(f"deploy.cli.{_COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        _name_exit_codes(command)
        return command


@click.group(
    cls=Commands, epilog=_EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(_version(), message="%(prog)s %(version)s")
def cashback() -> None:
    """Run and look after the cashback programme.

    The system is the one that `cashback stack up` started here or, while only a demo runs, the
    demo's; CASHBACK_STACK names another folder.
    """


def _name_exit_codes(command: click.Command) -> None:
    command.epilog = _EXIT_CODES
    if isinstance(command, click.Group):
        for one in command.commands.values():
            _name_exit_codes(one)


def main() -> None:
    """Run the command that the arguments name."""
    try:
        cashback(prog_name="cashback")
    except (CannotStart, NotImported) as fault:
        click.echo(f"Error: {fault}", err=True)
        sys.exit(1)
    except Exception as fault:
        # Here, not above: it knows what PostgreSQL and Kafka raise, and few commands fail.
        from deploy.cli import asking, reaching  # noqa: PLC0415

        if not isinstance(fault, reaching.NOBODY_ANSWERS):
            raise
        click.echo(f"Error: {reaching.sentence(fault)}", err=True)
        sys.exit(asking.NOT_REACHED)
