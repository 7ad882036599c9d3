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
    """Look after events that wait with a fault.

    An event that cannot be applied is never dropped: it waits, and later ones of the same
    aggregate wait behind it, while all others go on. Events only: what a partner sent and we hold
    is in `cashback postbacks list --verdict held`.
    """


@parked.command("list")
@in_service
@as_json
def list_them(service: str | None, *, wants_json: bool) -> None:
    """List the events that wait, with the reason of each.

    Held reports of partners are not among them: cashback postbacks list --verdict held.
    """
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
    system = target.find()
    _end("replay", system, service or _find(system, str(parked_id), None)["service"], parked_id)
    click.echo(f"{parked_id} goes back to its consumer.")


@parked.command()
@click.argument("parked_id", type=click.UUID)
@in_service
@click.option("--yes", is_flag=True, help="Do not ask.")
def discard(parked_id: object, service: str | None, *, yes: bool) -> None:
    """Give a message up for good; what waited behind it goes on."""
    system = target.find()
    found = _find(system, str(parked_id), service)
    if not yes:
        what = f"{found['service']}, {found['topic']}: {found['reason']}"
        click.confirm(f"{what}\nGive this message up for good?", abort=True)
    _end("discard", system, found["service"], parked_id)
    click.echo(f"{parked_id} is discarded.")


def _end(how: str, system: Target, service: str, parked_id: object) -> None:
    answered(system.clerk(service).post(f"/ops/parked/{parked_id}/{how}"))


def _find(system: Target, parked_id: str, service: str | None) -> dict[str, Any]:
    for one in _open(system, service):
        if one["parked_id"] == parked_id:
            return one
    message = f"No parked message {parked_id} is open in {service or 'any service'}."
    raise click.ClickException(message)


def _open(system: Target, service: str | None) -> list[dict[str, Any]]:
    return [
        {"service": name, **one}
        for name in ([service] if service else databases.SERVICES)
        for one in answered(system.clerk(name).get("/ops/parked?limit=1000"))["data"]
    ]
