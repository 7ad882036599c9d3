"""`cashback payout`: the run of the month by clerks' hands, and what of it waits for them."""

import click

from deploy.cli.payout.acts import cancel, pause, release, resume
from deploy.cli.payout.held import ask_again, give_up, held
from deploy.cli.payout.listing import list_them
from deploy.cli.payout.manifest import check_manifest, manifest
from deploy.cli.payout.review import review
from deploy.cli.payout.run import run, show


class _InOrder(click.Group):
    """Its --help lists the commands as a run goes, not by the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        """Answer them as they were added."""
        return list(self.commands)


@click.group(cls=_InOrder)
def payout() -> None:
    """Pay out what members have accrued.

    A run is begun by the calendar or a clerk, reviewed, and released by another clerk.
    """


for command in (
    run,
    list_them,
    show,
    review,
    release,
    pause,
    resume,
    cancel,
    held,
    ask_again,
    give_up,
    manifest,
    check_manifest,
):
    payout.add_command(command)
