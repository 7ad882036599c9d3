"""`cashback events`: the event logs of the services."""

from datetime import datetime

import click

from deploy import databases, target
from deploy.cli.asking import answered


@click.group()
def events() -> None:
    """Look after what the services have said."""


@events.command()
@click.option(
    "--service",
    "services",
    type=click.Choice(databases.SERVICES),
    multiple=True,
    help="Only this service; may be repeated. Without it: all.",
)
@click.option(
    "--since",
    required=True,
    type=click.DateTime(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"]),
    help="From this moment (UTC) on, for example 2026-11-01.",
)
def republish(services: tuple[str, ...], since: datetime) -> None:
    """Send the event logs to Kafka again, for example after a loss of its disks.

    Consumers know what they have applied: repeats fall through, so this is always safe.
    """
    system = target.find()
    for service in services or databases.SERVICES:
        asked = {"since": f"{since:%Y-%m-%dT%H:%M:%SZ}"}
        done = answered(system.clerk(service).post("/ops/events/republish", json=asked))
        click.echo(f"{service}: {done['events']} events are sent again")
