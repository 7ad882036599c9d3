"""`cashback events`: the event logs of the services."""

from datetime import UTC, datetime
from typing import Any

import click

from deploy import databases, target
from deploy.cli.asking import answered
from deploy.words import counted

# click_tracking has no database: it ships its journal again.
_SERVICES = (*databases.SERVICES, "click_tracking")
_EXAMPLE = "2026-11-01"
_FORMATS = ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ")


class _PastMoment(click.ParamType[datetime]):
    """A moment in UTC that has been."""

    name = "moment"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read it; a sentence with an example where it cannot be read."""
        moment = next(filter(None, (_read(value, form) for form in _FORMATS)), None)
        if moment is None:
            self.fail(f"{value!r} is no moment: write {_EXAMPLE} or {_EXAMPLE}T09:30:00Z (UTC).")
        if moment > datetime.now(UTC):
            self.fail(f"{value} is in the future: nothing was said since.", param, ctx)
        return moment


@click.group()
def events() -> None:
    """Send what services have said once more."""


@events.command()
@click.option(
    "--service",
    "services",
    type=click.Choice(_SERVICES),
    multiple=True,
    help="Only this service; may be repeated. Without it: all.",
)
@click.option(
    "--since",
    required=True,
    type=_PastMoment(),
    metavar=_EXAMPLE,
    help=f"From this moment (UTC) on: {_EXAMPLE} or {_EXAMPLE}T09:30:00Z.",
)
def republish(services: tuple[str, ...], since: datetime) -> None:
    """Send the event logs to Kafka again.

    For example after a loss of its disks. Of click_tracking, which has no event log, its journal of
    clicks. Consumers know what they have applied: repeats fall through, so this is always safe.
    """
    system = target.find()
    for service in services or _SERVICES:
        asked = {"since": f"{since:%Y-%m-%dT%H:%M:%SZ}"}
        done = answered(system.clerk(service).post("/ops/events/republish", json=asked))
        click.echo(f"{service}: {counted(done['events'], 'event')} sent again")


def _read(value: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(value, form).replace(tzinfo=UTC)
    except ValueError:
        return None
