"""`cashback parked`: messages that a service could not apply, and what to do about them."""

from typing import Any

import click

from deploy import databases, target
from deploy.cli.asking import answered, as_json, print_json, print_table
from deploy.target import Target

in_service = click.option(
    "--service", type=click.Choice(databases.SERVICES), help="Look in this service only."
)
_COLUMNS = ("service", "parked_id", "topic", "aggregate_id", "version", "state", "tries", "reason")


@click.group()
def parked() -> None:
    """Look after messages that wait with a fault.

    A message that cannot be applied is never dropped: it waits, and later messages of the same
    aggregate wait behind it, while all others go on.
    """


@parked.command("list")
@in_service
@as_json
def list_them(service: str | None, *, wants_json: bool) -> None:
    """List the messages that wait, with the reason of each."""
    found = _open(target.find(), service)
    if wants_json:
        print_json(found)
    elif found:
        rows = [[one.get(column) for column in _COLUMNS] for one in found]
        print_table("Parked messages", _COLUMNS, rows)
    else:
        click.echo("Nothing is parked.")


@parked.command()
@click.argument("parked_id", type=click.UUID)
@in_service
def replay(parked_id: object, service: str | None) -> None:
    """Give a message back to its consumer, after its cause was mended."""
    _end("replay", str(parked_id), service)
    click.echo(f"{parked_id} goes back to its consumer.")


@parked.command()
@click.argument("parked_id", type=click.UUID)
@in_service
@click.confirmation_option(prompt="Give this message up for good?")
def discard(parked_id: object, service: str | None) -> None:
    """Give a message up for good; what waited behind it goes on."""
    _end("discard", str(parked_id), service)
    click.echo(f"{parked_id} is discarded.")


def _end(how: str, parked_id: str, service: str | None) -> None:
    system = target.find()
    where = service or _service_of(system, parked_id)
    answered(system.clerk(where).post(f"/ops/parked/{parked_id}/{how}"))


def _service_of(system: Target, parked_id: str) -> str:
    for one in _open(system, None):
        if one["parked_id"] == parked_id:
            return str(one["service"])
    message = f"No parked message {parked_id} is open in any service."
    raise click.ClickException(message)


def _open(system: Target, service: str | None) -> list[dict[str, Any]]:
    return [
        {"service": name, **one}
        for name in ([service] if service else databases.SERVICES)
        for one in answered(system.clerk(name).get("/ops/parked?limit=1000"))["data"]
    ]
